# The libraries and the program over the core of PSIM_KERNEL_TREE (cmake/PsimUpstream.cmake).

get_filename_component(PSIM_KERNEL_TREE ${PSIM_KERNEL_TREE} ABSOLUTE BASE_DIR ${CMAKE_BINARY_DIR})
psim_upstream_tree(${PSIM_KERNEL_TREE})
psim_upstream_say(${PSIM_KERNEL_TREE})
add_custom_target(upstream) # everything that tests/findings runs

psim_add_kernel_sources(psim_core_upstream_files TREE ${PSIM_KERNEL_TREE} FILES ${UPSTREAM_FILES}
	HEADERS ${UPSTREAM_HEADERS} MODULE drm_gpusvm_helper VERSION ${UPSTREAM_VERSION})
set(UPSTREAM_INCLUDE ${CMAKE_CURRENT_BINARY_DIR}/psim_core_upstream_files-include)
psim_upstream_probe(${UPSTREAM_INCLUDE})
list(APPEND UPSTREAM_FORMS __PSIM_TREE_VERSION=${UPSTREAM_VERSION})

# What the seed's header declares and the tree does not define: a stop each, and its tests are skipped
set(lacking ${CMAKE_CURRENT_BINARY_DIR}/upstream_lacking.c)
add_custom_command(OUTPUT ${lacking} COMMAND_EXPAND_LISTS VERBATIM
	COMMAND sh ${PROJECT_SOURCE_DIR}/tests/findings/lacking.sh ${CMAKE_NM} ${PROJECT_SOURCE_DIR}/include/drm
		${lacking} $<TARGET_OBJECTS:psim_core_upstream_files>
	DEPENDS $<TARGET_OBJECTS:psim_core_upstream_files> ${PROJECT_SOURCE_DIR}/tests/findings/lacking.sh)
add_library(psim_core_upstream STATIC EXCLUDE_FROM_ALL $<TARGET_OBJECTS:psim_core_upstream_files> ${lacking})
psim_kernel_dialect(psim_core_upstream)
target_include_directories(psim_core_upstream PRIVATE ${CMAKE_CURRENT_SOURCE_DIR}/shim)
target_link_libraries(psim_core_upstream PUBLIC psim_shim)

add_library(psim_driver_upstream OBJECT EXCLUDE_FROM_ALL ${driver} ${gpu_user})
target_compile_options(psim_driver_upstream PRIVATE -I${UPSTREAM_INCLUDE})
psim_kernel_dialect(psim_driver_upstream)
target_compile_definitions(psim_driver_upstream PRIVATE KBUILD_MODNAME="simgpu" ${UPSTREAM_FORMS})
add_library(psim_gpu_upstream STATIC EXCLUDE_FROM_ALL $<TARGET_OBJECTS:psim_hw>
	$<TARGET_OBJECTS:psim_driver_upstream>)
target_link_libraries(psim_gpu_upstream PUBLIC psim_core_upstream PkgConfig::NETTLE PkgConfig::ZLIB)

add_library(psim_explore_upstream STATIC EXCLUDE_FROM_ALL $<TARGET_OBJECTS:psim_explore>)
target_link_libraries(psim_explore_upstream PUBLIC psim_gpu_upstream PkgConfig::JANSSON)
set_target_properties(psim_explore_upstream psim_gpu_upstream PROPERTIES LINKER_LANGUAGE C)

add_library(psim_lab_upstream INTERFACE)
get_target_property(lab_libraries psim_lab LINK_LIBRARIES)
list(TRANSFORM lab_libraries REPLACE "^psim_gpu$" psim_gpu_upstream)
target_sources(psim_lab_upstream INTERFACE $<TARGET_OBJECTS:psim_lab>)
target_link_libraries(psim_lab_upstream INTERFACE ${lab_libraries})

psim_upstream_twin(psim)
set_target_properties(psim_upstream PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})

# for tests/findings, which lies in another folder
foreach(variable VERSION NAME FORMS INCLUDE)
	set(UPSTREAM_${variable} ${UPSTREAM_${variable}} PARENT_SCOPE)
endforeach()

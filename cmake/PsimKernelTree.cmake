# Files of a kernel source tree, compiled as they are, against our face.
#
#   psim_kernel_tree(TREE VERSION_VAR NAME_VAR)
#     checks that TREE is a kernel's source; gives its version as KERNEL_VERSION() counts, and as text
#   psim_add_kernel_sources(TARGET TREE DIR FILES FILE... [HEADERS HEADER...] [MODULE NAME] [DEFINE ...]
#                           [VERSION NUMBER])
#     an object library of files named relative to DIR. Of the tree's headers only the named ones are used
#     (relative to its include/, as in drm/drm_mm.h), and those that lie beside a file; its include/ as a whole
#     never goes on the path. MODULE: what they belong to (default: each file its own module).
#     VERSION: as which to take the tree, instead of what its Makefile says.

set(PSIM_KERNEL_TREE_WARNINGS -Wall -Wno-unused-function -Wno-unused-variable -Wno-format
	-Wno-unused-but-set-variable -Wno-pointer-sign)

function(psim_kernel_tree tree version_var name_var)
	if(NOT EXISTS ${tree}/Makefile)
		message(FATAL_ERROR "'${tree}' is no kernel source: it has no Makefile")
	endif()
	file(STRINGS ${tree}/Makefile lines REGEX "^(VERSION|PATCHLEVEL|SUBLEVEL) = [0-9]+$" LIMIT_COUNT 3)
	list(LENGTH lines n)
	if(NOT n EQUAL 3)
		message(FATAL_ERROR
			"'${tree}' is no kernel source: its Makefile has no lines VERSION, PATCHLEVEL and SUBLEVEL")
	endif()
	list(TRANSFORM lines REPLACE "^[A-Z]+ = " "")
	list(GET lines 0 major)
	list(GET lines 1 minor)
	list(GET lines 2 sub)
	if(sub GREATER 255)
		set(sub 255)
	endif()
	math(EXPR version "(${major} << 16) + (${minor} << 8) + ${sub}")
	set(${version_var} ${version} PARENT_SCOPE)
	set(${name_var} ${major}.${minor} PARENT_SCOPE)
endfunction()

# The named headers, alone in a folder that can go on the path
function(psim_kernel_headers tree headers into)
	foreach(header IN LISTS headers)
		if(NOT EXISTS ${tree}/include/${header})
			message(FATAL_ERROR "'${tree}' lacks include/${header}")
		endif()
		configure_file(${tree}/include/${header} ${into}/${header} COPYONLY)
	endforeach()
endfunction()

function(psim_add_kernel_sources target)
	cmake_parse_arguments(arg "" "TREE;MODULE;VERSION" "FILES;HEADERS;DEFINE" ${ARGN})
	psim_kernel_tree(${arg_TREE} version name)
	if(arg_VERSION)
		set(version ${arg_VERSION})
	endif()
	set(sources)
	foreach(file IN LISTS arg_FILES)
		set(source ${arg_TREE}/${file})
		if(NOT EXISTS ${source})
			message(FATAL_ERROR "'${arg_TREE}' (Linux ${name}) has no ${file}")
		endif()
		list(APPEND sources ${source})
		set(module ${arg_MODULE})
		if(NOT module)
			get_filename_component(module ${file} NAME_WE)
			string(REPLACE "-" "_" module ${module})
		endif()
		set_source_files_properties(${source} PROPERTIES COMPILE_DEFINITIONS KBUILD_MODNAME=\"${module}\")
	endforeach()
	add_library(${target} OBJECT ${sources})
	if(arg_HEADERS)
		set(named ${CMAKE_CURRENT_BINARY_DIR}/${target}-include)
		psim_kernel_headers(${arg_TREE} "${arg_HEADERS}" ${named})
		target_compile_options(${target} PRIVATE -I${named})
	endif()
	psim_kernel_dialect(${target} THEIRS)
	target_compile_options(${target} PRIVATE ${PSIM_KERNEL_TREE_WARNINGS})
	target_compile_definitions(${target} PRIVATE __PSIM_TREE_VERSION=${version} ${arg_DEFINE})
endfunction()

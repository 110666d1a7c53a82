# The core of a kernel source tree in the place of ours: -DPSIM_KERNEL_TREE=<linux source>.
#
# The tree's drivers/gpu/drm/drm_pagemap.c (and drm_pagemap_util.c, where it exists) is compiled byte for byte
# with its own include/drm/drm_pagemap*.h, as psim_core_upstream; over it psim_gpu_upstream, psim_explore_upstream
# and the program psim_upstream. What the tree's interface lacks is asked of the compiler, and
# src/gpu/driver/adapt.h makes up for it. tests/findings runs the tests on it.
#
#   psim_upstream_tree(TREE)             what there is: UPSTREAM_VERSION, _NAME, _FILES, _HEADERS, or one message
#   psim_upstream_probe(INCLUDE)         how its interface differs: UPSTREAM_FORMS, definitions for the compiler
#   psim_upstream_twin(TARGET [AGAIN])   TARGET_upstream: the same program over the tree's core. AGAIN: its files
#                                        see drm_pagemap.h, so they are compiled again, those that can be

set(PSIM_UPSTREAM_FIRST 6.15)
set(PSIM_UPSTREAM_LAST_MAJOR 7)

function(psim_upstream_tree tree)
	psim_kernel_tree(${tree} version name)
	set(core drivers/gpu/drm/drm_pagemap.c)
	set(util drivers/gpu/drm/drm_pagemap_util.c)
	set(header drm/drm_pagemap.h)
	foreach(file ${core} include/${header})
		if(NOT EXISTS ${tree}/${file})
			message(FATAL_ERROR "'${tree}' (Linux ${name}) lacks ${file}, which began in Linux ${PSIM_UPSTREAM_FIRST}")
		endif()
	endforeach()
	if(PSIM_KERNEL_VERSION)
		set(name ${PSIM_KERNEL_VERSION})
		if(NOT name MATCHES "^[0-9]+\\.[0-9]+$")
			message(FATAL_ERROR "PSIM_KERNEL_VERSION '${name}' is no version like 7.0")
		endif()
		string(REPLACE "." ";" parts ${name})
		list(GET parts 0 major)
		list(GET parts 1 minor)
		math(EXPR version "(${major} << 16) + (${minor} << 8)")
	endif()
	string(REGEX REPLACE "\\..*" "" major ${name})
	if(name VERSION_LESS PSIM_UPSTREAM_FIRST OR major GREATER PSIM_UPSTREAM_LAST_MAJOR)
		message(FATAL_ERROR "'${tree}' is Linux ${name}, whose version is unknown here: looked for one from "
			"${PSIM_UPSTREAM_FIRST} to ${PSIM_UPSTREAM_LAST_MAJOR}.x in its Makefile. "
			"-DPSIM_KERNEL_VERSION=7.0 has it compiled as Linux 7.0")
	endif()
	set(files ${core})
	set(headers ${header})
	if(EXISTS ${tree}/${util})
		list(APPEND files ${util})
	endif()
	if(EXISTS ${tree}/include/drm/drm_pagemap_util.h)
		list(APPEND headers drm/drm_pagemap_util.h)
	endif()
	set(UPSTREAM_VERSION ${version} PARENT_SCOPE)
	set(UPSTREAM_NAME ${name} PARENT_SCOPE)
	set(UPSTREAM_FILES ${files} PARENT_SCOPE)
	set(UPSTREAM_HEADERS ${headers} PARENT_SCOPE)
endfunction()

# One line a file, for people and (as PATH HASH) for the table of findings
function(psim_upstream_say tree)
	message(STATUS "Core of Linux ${UPSTREAM_NAME}: ${tree}")
	set(identity "version\t${UPSTREAM_NAME}\n")
	list(TRANSFORM UPSTREAM_HEADERS PREPEND include/ OUTPUT_VARIABLE headers)
	foreach(file IN LISTS UPSTREAM_FILES headers)
		file(SHA256 ${tree}/${file} hash)
		message(STATUS "  ${hash}  ${file}")
		string(APPEND identity "${file}\t${hash}\n")
		set_property(DIRECTORY ${PROJECT_SOURCE_DIR} APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${tree}/${file})
	endforeach()
	file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/findings/tree.tsv CONTENT "${identity}")
endfunction()

# Does kernel code compile with the tree's header? The compiler's words go into UPSTREAM_SAID.
function(psim_upstream_compiles variable include file)
	execute_process(COMMAND ${CMAKE_C_COMPILER} -std=gnu11 -nostdinc -isystem ${PSIM_COMPILER_INCLUDE} ${ARGN}
		-I${include} -I${PSIM_KERNEL_INCLUDE} ${PSIM_KERNEL_DIALECT}
		-D__PSIM_TREE_VERSION=${UPSTREAM_VERSION} -DKBUILD_MODNAME="probe" -Werror=incompatible-pointer-types -Werror=int-conversion
		-Werror=implicit-function-declaration -fsyntax-only ${file}
		RESULT_VARIABLE result ERROR_VARIABLE said OUTPUT_QUIET)
	if(result EQUAL 0)
		set(${variable} TRUE PARENT_SCOPE)
	else()
		set(${variable} FALSE PARENT_SCOPE)
	endif()
	set(UPSTREAM_SAID "${said}" PARENT_SCOPE)
endfunction()

# ask(DEFINITION CODE): DEFINITION is given if CODE does not compile
macro(psim_upstream_ask definition code)
	file(WRITE ${CMAKE_BINARY_DIR}/findings/probe.c "#include <drm/drm_pagemap.h>\n${code}\n")
	psim_upstream_compiles(found ${include} ${CMAKE_BINARY_DIR}/findings/probe.c)
	if(NOT found)
		list(APPEND forms ${definition})
	endif()
endmacro()

function(psim_upstream_probe include)
	set(forms)
	file(WRITE ${CMAKE_BINARY_DIR}/findings/probe.c "#include <drm/drm_pagemap.h>\n")
	psim_upstream_compiles(found ${include} ${CMAKE_BINARY_DIR}/findings/probe.c)
	if(NOT found)
		message(FATAL_ERROR "the tree's include/drm/drm_pagemap.h does not compile:\n${UPSTREAM_SAID}")
	endif()
	psim_upstream_ask(__PSIM_CORE_UNMAPS_BY_VALUE "void unmap(struct drm_pagemap *dpagemap, struct device *dev,
		const struct drm_pagemap_addr *addr);
		struct drm_pagemap_ops ops = { .device_unmap = unmap };")
	psim_upstream_ask(__PSIM_CORE_WITHOUT_OBJECT "int f(struct drm_pagemap *d, struct drm_device *drm);
		int f(struct drm_pagemap *d, struct drm_device *drm) { drm_pagemap_put(drm_pagemap_get(d));
		return drm_pagemap_init(d, d->pagemap, drm, d->ops) + kref_read(&d->ref); }")
	psim_upstream_ask(__PSIM_CORE_WITHOUT_FENCE "void *f(struct drm_pagemap_devmem *d);
		void *f(struct drm_pagemap_devmem *d) { return d->pre_migrate_fence; }")
	psim_upstream_ask(__PSIM_CORE_WITHOUT_DETAILS "int f(struct drm_pagemap_devmem *d);
		int f(struct drm_pagemap_devmem *d) { struct drm_pagemap_migrate_details m = {};
		return drm_pagemap_migrate_to_devmem(d, d->mm, 0, 0, &m); }")
	psim_upstream_ask(__PSIM_CORE_WITHOUT_DESTROY "void destroy(struct drm_pagemap *dpagemap, bool atomic);
		struct drm_pagemap_ops ops = { .destroy = destroy };")
	if(NOT "drm/drm_pagemap_util.h" IN_LIST UPSTREAM_HEADERS)
		list(APPEND forms __PSIM_CORE_WITHOUT_CACHE)
	endif()
	foreach(form IN LISTS forms)
		message(STATUS "  its interface: ${form}")
	endforeach()
	set(UPSTREAM_FORMS ${forms} PARENT_SCOPE)
endfunction()

# Nothing that the twin links with may bring our own core along: it would run in the tree's place.
function(psim_upstream_alone target libraries)
	foreach(library IN LISTS libraries)
		if(library MATCHES "^psim_(core|gpu)$")
			message(FATAL_ERROR "${target}_upstream would link with ${library}: it needs a twin in src/upstream.cmake")
		elseif(library MATCHES "^psim_" AND TARGET ${library})
			get_target_property(more ${library} INTERFACE_LINK_LIBRARIES)
			if(more)
				psim_upstream_alone(${target} "${more}")
			endif()
		endif()
	endforeach()
endfunction()

# LIBRARY's own objects over the tree's core, compiled again if they see drm_pagemap.h
function(psim_upstream_twin target)
	cmake_parse_arguments(arg "AGAIN" "" "" ${ARGN})
	get_target_property(sources ${target} SOURCES)
	get_target_property(libraries ${target} LINK_LIBRARIES)
	get_target_property(folder ${target} SOURCE_DIR)
	set(objects ${sources})
	list(FILTER objects INCLUDE REGEX "TARGET_OBJECTS")
	if(arg_AGAIN)
		list(FILTER sources EXCLUDE REGEX "TARGET_OBJECTS")
		list(TRANSFORM sources REPLACE "^([^/])" "${folder}/\\1")
		psim_upstream_fit(${target} "${sources}" sources)
		if(NOT sources)
			return()
		endif()
		list(APPEND objects ${sources})
	else()
		list(APPEND objects $<TARGET_OBJECTS:${target}>)
	endif()
	list(TRANSFORM libraries REPLACE "^(psim_gpu|psim_core|psim_explore|psim_lab)$" "\\1_upstream")
	psim_upstream_alone(${target} "${libraries}")
	add_executable(${target}_upstream ${objects})
	set_target_properties(${target}_upstream PROPERTIES LINKER_LANGUAGE C EXCLUDE_FROM_ALL ON)
	if(arg_AGAIN)
		target_compile_options(${target}_upstream PRIVATE -I${UPSTREAM_INCLUDE})
		target_compile_definitions(${target}_upstream PRIVATE ${UPSTREAM_FORMS})
		psim_kernel_dialect(${target}_upstream)
	endif()
	target_link_libraries(${target}_upstream PRIVATE ${libraries})
	add_dependencies(upstream ${target}_upstream)
endfunction()

# Of a test's files those that compile with the tree's interface; the others are told to the table of findings,
# and if one that all share is among them, none is left.
function(psim_upstream_fit target sources variable)
	set(fit)
	set(shared TRUE)
	list(TRANSFORM UPSTREAM_FORMS PREPEND -D OUTPUT_VARIABLE forms)
	foreach(source IN LISTS sources)
		psim_upstream_compiles(found ${UPSTREAM_INCLUDE} ${source} ${forms})
		string(REGEX MATCH "[^\n]*error:[^\n]*" said "${UPSTREAM_SAID}")
		string(REGEX REPLACE ".*error: " "" said "${said}")
		if(found)
			list(APPEND fit ${source})
		else()
			set_property(GLOBAL APPEND_STRING PROPERTY psim_upstream_lacks "${target}\t${source}\t${said}\n")
			if(NOT source MATCHES "_test\\.c$")
				set(shared FALSE)
				set(why "${said}")
			endif()
		endif()
	endforeach()
	if(NOT shared)
		foreach(source IN LISTS fit)
			set_property(GLOBAL APPEND_STRING PROPERTY psim_upstream_lacks "${target}\t${source}\t${why}\n")
		endforeach()
		set(fit)
	endif()
	set(${variable} ${fit} PARENT_SCOPE)
endfunction()

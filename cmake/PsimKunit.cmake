# KUnit programs through CTest, one test a case. Used by this project's build and, installed, by projects that use it.
#
#   psim_discover_kunit(TARGET [PREFIX TEXT] [LABELS LABEL...] [ARGUMENTS ARG...])
#     after each build of TARGET asks it for its cases (--list) and makes each a test PREFIXsuite.case
#     (default prefix: none), run with ARGUMENTS; @CASE@ in one of them is the case's name.

set(PSIM_KUNIT_DISCOVER ${CMAKE_CURRENT_LIST_DIR}/PsimKunitDiscover.cmake)

function(psim_discover_kunit target)
	cmake_parse_arguments(arg "" "PREFIX" "ARGUMENTS;LABELS" ${ARGN})
	set(tests ${CMAKE_CURRENT_BINARY_DIR}/${target}-cases.cmake)
	add_custom_command(TARGET ${target} POST_BUILD VERBATIM
		COMMAND ${CMAKE_COMMAND} -DPROGRAM=$<TARGET_FILE:${target}> "-DPREFIX=${arg_PREFIX}"
			"-DARGUMENTS=${arg_ARGUMENTS}" "-DLABELS=${arg_LABELS}" -DTESTS=${tests}
			-P ${PSIM_KUNIT_DISCOVER})
	# what CTest finds before the first build
	file(WRITE ${tests}.in
		"if(EXISTS \"${tests}\")\n\tinclude(\"${tests}\")\nelse()\n\tadd_test(${target}_NOT_BUILT ${target}_NOT_BUILT)\nendif()\n")
	set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES ${tests}.in)
endfunction()

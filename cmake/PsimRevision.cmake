# Writes a header with the revision, if it is another one: what git says, else the version.
find_package(Git QUIET)
set(revision ${VERSION})
if(GIT_FOUND)
	execute_process(COMMAND ${GIT_EXECUTABLE} -C ${ROOT} describe --always --dirty --abbrev=12 --exclude=*
		OUTPUT_VARIABLE described OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
	if(NOT failed)
		set(revision ${described})
	endif()
endif()
file(CONFIGURE OUTPUT ${OUT} CONTENT "#define PSIM_REVISION \"@revision@\"\n" @ONLY)

# cmake -S . -B build && cmake --build build && ctest --test-dir build --output-on-failure
cmake_minimum_required(VERSION 3.22)
project(@NAME@ LANGUAGES C)
enable_testing()

# The psim that is on the PATH, installed or in its tree; or -DPSIM=...: its include/psim/lab.h is all that is needed
find_program(PSIM psim REQUIRED)
get_filename_component(psim_folder "${PSIM}" REALPATH)
get_filename_component(psim_folder "${psim_folder}" DIRECTORY)
find_path(PSIM_USER_FACE psim/lab.h NO_DEFAULT_PATH REQUIRED
	HINTS ${psim_folder}/../include ${psim_folder}/../../include ${psim_folder}/../../../include)

add_library(@NAME@ MODULE @NAME@.c)
set_target_properties(@NAME@ PROPERTIES PREFIX "" SUFFIX .so)
# behind the system's own: the tree's include has a kernel's headers, too
target_compile_options(@NAME@ PRIVATE "SHELL:-idirafter ${PSIM_USER_FACE}")
add_test(NAME @NAME@ COMMAND ${PSIM} lab run ${CMAKE_CURRENT_SOURCE_DIR}/@NAME@.yaml --output ${CMAKE_BINARY_DIR}/results)

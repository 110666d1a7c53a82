# cmake -S . -B build && cmake --build build && ctest --test-dir build --output-on-failure
cmake_minimum_required(VERSION 3.22)
project(@NAME@ LANGUAGES C)
find_package(psim REQUIRED)
find_path(PSIM_USER_FACE psim/lab.h HINTS ${psim_DIR}/../../../include ${psim_DIR}/../../../../include REQUIRED)
enable_testing()

add_library(@NAME@ MODULE @NAME@.c)
set_target_properties(@NAME@ PROPERTIES PREFIX "" SUFFIX .so)
target_include_directories(@NAME@ PRIVATE ${PSIM_USER_FACE})
find_program(PSIM psim HINTS ${psim_DIR}/../../../bin ${psim_DIR}/../../../../bin REQUIRED)
add_test(NAME @NAME@ COMMAND ${PSIM} lab run ${CMAKE_CURRENT_SOURCE_DIR}/@NAME@.yaml --output ${CMAKE_BINARY_DIR}/results)

# cmake -S . -B build && cmake --build build && ctest --test-dir build --output-on-failure
cmake_minimum_required(VERSION 3.22)
project(@NAME@ LANGUAGES C)
find_package(psim REQUIRED)
pkg_check_modules(CMOCKA REQUIRED IMPORTED_TARGET cmocka)
enable_testing()

add_executable(@NAME@_test @NAME@.c @NAME@_test.c)
target_link_libraries(@NAME@_test PRIVATE psim::explore PkgConfig::CMOCKA)
add_test(NAME @NAME@ COMMAND @NAME@_test)

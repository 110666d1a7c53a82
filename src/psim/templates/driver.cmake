# cmake -S . -B build && cmake --build build && ctest --test-dir build --output-on-failure
cmake_minimum_required(VERSION 3.22)
project(@NAME@ LANGUAGES C)
find_package(psim REQUIRED)
pkg_check_modules(CMOCKA REQUIRED IMPORTED_TARGET cmocka)
enable_testing()

# Kernel code, compiled as such
add_library(@NAME@ OBJECT @NAME@.c)
psim_kernel_flags(@NAME@)
target_compile_definitions(@NAME@ PRIVATE KBUILD_MODNAME="@NAME@")

add_executable(@NAME@_test @NAME@_test.c $<TARGET_OBJECTS:@NAME@>)
target_link_libraries(@NAME@_test PRIVATE psim::gpu PkgConfig::CMOCKA)
add_test(NAME @NAME@ COMMAND @NAME@_test)

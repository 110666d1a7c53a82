# Libraries from outside; docs/dependencies.md says why each was chosen.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
pkg_check_modules(URCU REQUIRED IMPORTED_TARGET liburcu)
pkg_check_modules(ELF REQUIRED IMPORTED_TARGET libelf)
pkg_check_modules(NETTLE REQUIRED IMPORTED_TARGET nettle)
pkg_check_modules(ZLIB REQUIRED IMPORTED_TARGET zlib)
pkg_check_modules(JANSSON REQUIRED IMPORTED_TARGET jansson)
include(CheckIncludeFile)
check_include_file(sys/sdt.h PSIM_HAS_SDT) # probes, where it is
pkg_check_modules(FYAML REQUIRED IMPORTED_TARGET libfyaml)
if(PSIM_TESTS)
	pkg_check_modules(CMOCKA REQUIRED IMPORTED_TARGET cmocka)
else()
	pkg_check_modules(CMOCKA IMPORTED_TARGET cmocka) # without it there is no psim_kunit
endif()

# What `cmake --install` lays down, and the Debian package that CPack makes of it.
#
#   <prefix>/lib                           the static libraries, CMake's package, pkg-config files
#   <prefix>/include/psim                  the user face
#   <prefix>/share/psim/kernel/include     the kernel face: never under <prefix>/include/linux
#   <prefix>/share/psim/kernel             kernel-cc and the flags of the kernel dialect
#   <prefix>/bin, <prefix>/share/man       the program and its page
#   <prefix>/share/bash-completion, zsh    completion of its command line
#   <prefix>/share/psim/gdb, gdb/auto-load what gdb shows of a machine; loaded with the program
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(psim_share ${CMAKE_INSTALL_DATADIR}/psim)
set(psim_cmake ${CMAKE_INSTALL_LIBDIR}/cmake/psim)
set(psim_modules PsimKernelDialect PsimKernelTree PsimKunit PsimKunitDiscover)

foreach(library shim core gpu explore trace)
	set_target_properties(psim_${library} PROPERTIES EXPORT_NAME ${library})
endforeach()
install(TARGETS psim_shim psim_core psim_gpu psim_explore psim_trace EXPORT psim ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
	INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
if(TARGET psim_kunit)
	# apart: it alone wants cmocka
	set_target_properties(psim_kunit PROPERTIES EXPORT_NAME kunit)
	install(TARGETS psim_kunit EXPORT psim_kunit ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
	install(EXPORT psim_kunit NAMESPACE psim:: FILE psimKunitTargets.cmake DESTINATION ${psim_cmake})
endif()
install(TARGETS psim RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(EXPORT psim NAMESPACE psim:: FILE psimTargets.cmake DESTINATION ${psim_cmake})

install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/psim DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
	FILES_MATCHING PATTERN *.h)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/ DESTINATION ${psim_share}/kernel/include
	FILES_MATCHING PATTERN *.h)
install(PROGRAMS ${PROJECT_SOURCE_DIR}/cmake/kernel-cc DESTINATION ${psim_share}/kernel)
install(FILES ${PSIM_NAMES} DESTINATION ${psim_share}/kernel)
list(TRANSFORM psim_modules APPEND .cmake)
list(TRANSFORM psim_modules PREPEND ${PROJECT_SOURCE_DIR}/cmake/)
install(FILES ${psim_modules} DESTINATION ${psim_cmake})
install(PROGRAMS ${PROJECT_SOURCE_DIR}/scripts/psim-kernel-check DESTINATION ${CMAKE_INSTALL_BINDIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/scripts/face DESTINATION ${psim_share}/python FILES_MATCHING PATTERN *.py)
install(FILES ${PROJECT_SOURCE_DIR}/docs/kernel-face.md DESTINATION ${psim_share})
install(FILES ${PROJECT_SOURCE_DIR}/docs/psim.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES ${PROJECT_SOURCE_DIR}/packaging/completion/psim.bash RENAME psim
	DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
install(FILES ${PROJECT_SOURCE_DIR}/packaging/completion/_psim
	DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions)

install(DIRECTORY ${PROJECT_SOURCE_DIR}/scripts/gdb DESTINATION ${psim_share} FILES_MATCHING PATTERN *.py)
# gdb looks for it by the program's path, below its own data folder: that of a package, in /usr
install(FILES ${PROJECT_SOURCE_DIR}/packaging/psim-gdb.py DESTINATION ${CMAKE_INSTALL_DATADIR}/gdb/auto-load/usr/bin)

configure_package_config_file(${PROJECT_SOURCE_DIR}/packaging/psimConfig.cmake.in
	${CMAKE_BINARY_DIR}/psimConfig.cmake INSTALL_DESTINATION ${psim_cmake} PATH_VARS psim_share CMAKE_INSTALL_BINDIR)
write_basic_package_version_file(${CMAKE_BINARY_DIR}/psimConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/psimConfig.cmake ${CMAKE_BINARY_DIR}/psimConfigVersion.cmake
	DESTINATION ${psim_cmake})

# The same for pkg-config; the prefix is found from where the file lies, so that DESTDIR and --prefix work.
file(RELATIVE_PATH PSIM_PC_UP /prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig /prefix)
list(JOIN PSIM_KERNEL_DIALECT " " PSIM_PC_KERNEL_FLAGS)
set(psim_pc_shim_what "the emulated kernel, as an ordinary library")
set(psim_pc_shim_requires "liburcu libelf")
set(psim_pc_core_what "the drm_pagemap core over the emulated kernel")
set(psim_pc_core_requires "psim-shim")
set(psim_pc_gpu_what "a simulated GPU with its driver over the core")
set(psim_pc_gpu_requires "psim-core nettle zlib")
set(psim_pc_explore_what "replays plans, and explores the orders and failures of scenarios")
set(psim_pc_explore_requires "psim-gpu jansson")
set(psim_pc_trace_what "writes what a machine's event ring holds: text, Perfetto's JSON")
set(psim_pc_trace_requires "psim-shim jansson")
set(psim_pc_kunit_what "main() of programs of KUnit suites")
set(psim_pc_kunit_requires "psim-shim cmocka")
set(psim_pc_libraries shim core gpu explore trace)
if(TARGET psim_kunit)
	list(APPEND psim_pc_libraries kunit)
endif()
foreach(library IN LISTS psim_pc_libraries)
	set(PSIM_PC_NAME ${library})
	set(PSIM_PC_WHAT ${psim_pc_${library}_what})
	set(PSIM_PC_REQUIRES ${psim_pc_${library}_requires})
	configure_file(${PROJECT_SOURCE_DIR}/packaging/psim.pc.in ${CMAKE_BINARY_DIR}/psim-${library}.pc @ONLY)
	install(FILES ${CMAKE_BINARY_DIR}/psim-${library}.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endforeach()

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME pagemap-sim)
set(CPACK_PACKAGE_VENDOR "pagemap-sim")
set(CPACK_PACKAGE_CONTACT "pagemap-sim maintainers <pagemap-sim@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "the kernel's GPU page migration as an ordinary process")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION devel)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "liburcu-dev, libelf-dev, nettle-dev, zlib1g-dev")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "python3, universal-ctags, libcmocka-dev") # psim-kernel-check, psim::kunit
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES OFF)
include(CPack)

# The two dialects (docs/architecture.md): which flags a translation unit is compiled with.
#
#   psim_kernel_dialect(TARGET)       kernel dialect, with our warnings (psim_add_kernel_sources: the kernel's)
#   psim_kernel_instruments(TARGET)   what the build's sanitizers and detectors mean for kernel code
#   psim_host_dialect(TARGET)         host dialect: libc, and <psim/...> behind the system's folders
#
# Kernel-dialect objects get their .data and .bss moved into sections of their own (psim_data and
# psim_bss), so that starting a machine can restore every static to what the loader gave.

set(PSIM_ROOT ${CMAKE_CURRENT_LIST_DIR}/..)
get_filename_component(PSIM_ROOT ${PSIM_ROOT} ABSOLUTE)

# "mmput __psim_k_mmput", a line a kernel name: what kernel-cc gives to objcopy
set(PSIM_NAMES ${CMAKE_BINARY_DIR}/kernel-names)
set(names_header ${PSIM_ROOT}/include/linux/__psim_names.h)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${names_header})
file(STRINGS ${names_header} names REGEX "^#pragma redefine_extname")
list(TRANSFORM names REPLACE "^#pragma redefine_extname " "")
string(REPLACE ";" "\n" names "${names}")
file(CONFIGURE OUTPUT ${PSIM_NAMES} CONTENT "${names}\n")

set(PSIM_WARNINGS -Wall -Wextra $<$<BOOL:${PSIM_WERROR}>:-Werror>)
# Kernel idiom that -Wextra does not like: unused parameters of callbacks, designated
# initialisers that leave members zero, comparisons with unsigned limits in macros.
set(PSIM_KERNEL_WARNINGS ${PSIM_WARNINGS} -Wno-unused-parameter -Wno-missing-field-initializers
	-Wno-sign-compare)
if(CMAKE_C_COMPILER_ID MATCHES Clang)
	list(APPEND PSIM_KERNEL_WARNINGS -Wno-microsoft-anon-tag -Wno-gnu-variable-sized-type-not-at-end
		-Wno-initializer-overrides)
else()
	list(APPEND PSIM_KERNEL_WARNINGS -Wno-override-init)
endif()

set(PSIM_KERNEL_INCLUDE ${PSIM_ROOT}/include)
set(PSIM_KERNEL_CC ${PSIM_ROOT}/cmake/kernel-cc ${CMAKE_OBJCOPY} ${CMAKE_READELF} ${PSIM_NAMES})
include(PsimKernelDialect)

set(PSIM_INSTRUMENT)
if(PSIM_SANITIZE)
	string(REPLACE ";" "," sanitizers "${PSIM_SANITIZE}")
	list(APPEND PSIM_INSTRUMENT -fsanitize=${sanitizers} -fno-omit-frame-pointer)
	if("undefined" IN_LIST PSIM_SANITIZE)
		list(APPEND PSIM_INSTRUMENT -fno-sanitize-recover=undefined)
	endif()
endif()
if(PSIM_FUZZ)
	list(APPEND PSIM_INSTRUMENT -fsanitize=fuzzer-no-link)
endif()
if(PSIM_COVERAGE)
	# tasks of the free-running engine count together
	list(APPEND PSIM_INSTRUMENT --coverage -fprofile-abs-path -fprofile-update=atomic)
endif()
add_compile_options(${PSIM_INSTRUMENT})
add_link_options(${PSIM_INSTRUMENT})

set(CMAKE_C_STANDARD 11)
set(CMAKE_C_EXTENSIONS ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

# The compiler calls out at every access; src/shim/race answers, not the compiler's own run-time
set(PSIM_RACES_FLAGS -fsanitize=thread -D__PSIM_RACES__)
if(CMAKE_C_COMPILER_ID MATCHES Clang)
	list(APPEND PSIM_RACES_FLAGS "SHELL:-mllvm -tsan-distinguish-volatile=1")
else()
	list(APPEND PSIM_RACES_FLAGS "SHELL:--param tsan-distinguish-volatile=1")
endif()
if(PSIM_RACES AND PSIM_SANITIZE)
	message(FATAL_ERROR "PSIM_RACES goes with no PSIM_SANITIZE")
endif()

function(psim_kernel_instruments target)
	if("undefined" IN_LIST PSIM_SANITIZE)
		# container_of on NULL, and unaligned or shifted kernel idiom that the dialect defines
		target_compile_options(${target} PRIVATE
			-fno-sanitize=pointer-overflow,alignment,shift,signed-integer-overflow,null)
	endif()
	if(PSIM_RACES)
		target_compile_options(${target} PRIVATE ${PSIM_RACES_FLAGS})
	endif()
	if(PSIM_COVERAGE)
		# one section per variable, so that gcov's counters are told from the kernel's statics
		target_compile_options(${target} PRIVATE -fdata-sections)
	endif()
endfunction()

function(psim_kernel_dialect target)
	psim_kernel_flags(${target})
	psim_kernel_instruments(${target})
	target_compile_options(${target} PRIVATE ${PSIM_KERNEL_WARNINGS})
endfunction()

function(psim_host_dialect target)
	target_compile_options(${target} PRIVATE -idirafter ${PSIM_ROOT}/include ${PSIM_WARNINGS})
	target_compile_definitions(${target} PRIVATE _GNU_SOURCE $<$<BOOL:${PSIM_COVERAGE}>:PSIM_COVERAGE>)
endfunction()

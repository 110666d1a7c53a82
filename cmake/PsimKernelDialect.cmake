# The kernel dialect for one target: used by this project's build and, installed, by projects that use it.
#
#   PSIM_KERNEL_INCLUDE   the kernel face
#   PSIM_KERNEL_CC        kernel-cc;OBJCOPY;READELF;NAMES: the compiler's launcher

execute_process(COMMAND ${CMAKE_C_COMPILER} -print-file-name=include
	OUTPUT_VARIABLE PSIM_COMPILER_INCLUDE OUTPUT_STRIP_TRAILING_WHITESPACE)
if(NOT EXISTS ${PSIM_COMPILER_INCLUDE}/stdarg.h)
	# clang answers -print-file-name for libraries only; its headers lie in the resource folder
	execute_process(COMMAND ${CMAKE_C_COMPILER} -print-resource-dir
		OUTPUT_VARIABLE psim_resource_dir OUTPUT_STRIP_TRAILING_WHITESPACE)
	set(PSIM_COMPILER_INCLUDE ${psim_resource_dir}/include)
endif()

# What the dialect is, apart from where its headers lie
set(PSIM_KERNEL_DIALECT -D__KERNEL__ -fms-extensions -funsigned-char -fno-strict-aliasing
	-fno-delete-null-pointer-checks -fno-strict-overflow -fno-common -fno-builtin-printf
	-fno-optimize-sibling-calls -fno-omit-frame-pointer)

# psim_kernel_flags(TARGET): compile its C files as kernel code
function(psim_kernel_flags target)
	target_compile_options(${target} PRIVATE -nostdinc -isystem ${PSIM_COMPILER_INCLUDE}
		-I${PSIM_KERNEL_INCLUDE} ${PSIM_KERNEL_DIALECT} -D__PSIM_KERNEL_CC__)
	set_target_properties(${target} PROPERTIES C_STANDARD 11 C_EXTENSIONS ON
		C_COMPILER_LAUNCHER "${PSIM_KERNEL_CC}")
endfunction()

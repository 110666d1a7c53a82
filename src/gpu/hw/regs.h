/* SPDX-License-Identifier: MIT */
/*
 * The simulated GPU's data sheet: what its driver and its hardware agree on. Read by both dialects.
 *
 * The register window: registers of 8 bytes, then the page-table memory. Two engines, each fed by a ring
 * of 128-byte descriptors in RAM: a copy engine and a command processor. Both report back in the
 * descriptor, in a register that counts finished descriptors, and by the interrupt.
 */
#ifndef SIMGPU_REGS_H
#define SIMGPU_REGS_H

/* ---- registers ------------------------------------------------------------------------------- */
#define SIMGPU_ID	     0x000 /* ro: SIMGPU_ID_VALUE */
#define SIMGPU_MEMORY_BYTES  0x008 /* ro: device memory */
#define SIMGPU_TABLE_BYTES   0x010 /* ro: page-table memory */
#define SIMGPU_IRQ_STATUS    0x018 /* ro: SIMGPU_IRQ_ bits; reading clears them */
#define SIMGPU_COPY_RING     0x020 /* bus address of the copy ring */
#define SIMGPU_COPY_SIZE     0x028 /* descriptors in it, a power of two */
#define SIMGPU_COPY_TAIL     0x030 /* descriptors submitted ever; writing rings the doorbell */
#define SIMGPU_COPY_DONE     0x038 /* ro: descriptors finished ever */
#define SIMGPU_CMD_RING	     0x040
#define SIMGPU_CMD_SIZE	     0x048
#define SIMGPU_CMD_TAIL	     0x050
#define SIMGPU_CMD_DONE	     0x058
#define SIMGPU_FAULT_ADDRESS 0x060 /* ro: virtual address of the fault that waits */
#define SIMGPU_FAULT_INFO    0x068 /* ro: context id << 1 | write */
#define SIMGPU_FAULT_RESUME  0x070 /* wo: SIMGPU_RETRY or SIMGPU_CANCEL */
#define SIMGPU_TLB_CONTEXT   0x078 /* context whose translations go */
#define SIMGPU_TLB_START     0x080 /* first byte */
#define SIMGPU_TLB_END	     0x088 /* one past the last; writing invalidates */
#define SIMGPU_STOP	     0x090 /* wo: the engines end when their rings are empty */
#define SIMGPU_SERIAL	     0x098 /* ro: the device's number on the bus */
#define SIMGPU_LINKS \
	0x1000 /* ro: one for each number on the bus: the link's throughput, 0: no link */
#define SIMGPU_TABLES 0x10000 /* page-table memory starts here */

#define SIMGPU_ID_VALUE	 0x70736d6770750001ull
#define SIMGPU_IRQ_COPY	 1
#define SIMGPU_IRQ_CMD	 2
#define SIMGPU_IRQ_FAULT 4
#define SIMGPU_RETRY	 1
#define SIMGPU_CANCEL	 2

/* ---- page tables: four levels of 512 entries, 48-bit virtual addresses ------------------------------ */
#define SIMGPU_TABLE_PAGE  4096
#define SIMGPU_PTE_VALID   1ull
#define SIMGPU_PTE_WRITE   2ull
#define SIMGPU_PTE_SYSTEM  4ull /* a bus address; else an offset in device memory */
#define SIMGPU_PTE_PEER	   8ull /* with SYSTEM clear: a link address */
#define SIMGPU_PTE_ADDRESS 0xfffffffffffff000ull
/* A directory entry holds the next table's offset in page-table memory | VALID. */

/*
 * A link address names a byte of a linked GPU's memory: its number on the bus plus one, and the offset.
 * It is never zero.
 */
#define SIMGPU_LINK_SHIFT  48
#define SIMGPU_LINK_OFFSET ((1ull << SIMGPU_LINK_SHIFT) - 1)
#define SIMGPU_MAX_LINKS   16 /* of one GPU */

/* ---- descriptors ---------------------------------------------------------------------------------------- */
enum simgpu_opcode {
	SIMGPU_OP_COPY_IN, /* copy engine: bus -> device memory */
	SIMGPU_OP_COPY_OUT, /* copy engine: device memory -> bus */
	SIMGPU_OP_CLEAR, /* copy engine: zero device memory */
	SIMGPU_OP_MOVE, /* copy engine: device memory -> device memory */
	SIMGPU_OP_FILL, /* command: bytes at address = value */
	SIMGPU_OP_COPY, /* command: source -> address */
	SIMGPU_OP_XOR, /* command: address ^= the pattern, repeated */
	SIMGPU_OP_CRC32, /* command: CRC-32 (zlib's polynomial) of the bytes */
	SIMGPU_OP_SHA256, /* command: SHA-256 of the bytes */
	SIMGPU_OP_PEER_IN, /* copy engine: linked GPU's memory -> device memory */
	SIMGPU_OP_PEER_OUT /* copy engine: device memory -> linked GPU's memory */
};

/**
 * struct simgpu_desc - one descriptor of a ring
 * @opcode: enum simgpu_opcode
 * @context: of a command: context id
 * @root: of a command: offset of the context's top-level table in page-table memory
 * @address: copy engine: offset in device memory; command: virtual address
 * @source: copy engine: bus address (SIMGPU_OP_MOVE: offset; SIMGPU_OP_PEER_: link address); command:
 *	second virtual address
 * @bytes: length
 * @block_bytes: copy engine: it may take the bytes in blocks of this size, each of one mapping; 0: 4096
 * @pattern: SIMGPU_OP_XOR: bus address of the pattern, within one page
 * @pattern_bytes: its length, 1 to 4096
 * @value: SIMGPU_OP_FILL: the byte
 * @status: written by the device: 0, or a negative errno
 * @result: written by the device: digest
 */
struct simgpu_desc {
	unsigned int opcode;
	unsigned int context;
	unsigned long long root;
	unsigned long long address;
	unsigned long long source;
	unsigned long long bytes;
	unsigned long long pattern;
	unsigned int pattern_bytes;
	unsigned int value;
	int status;
	unsigned int block_bytes;
	unsigned char result[32];
	unsigned long long reserved1[4];
};

#define SIMGPU_DESC_BYTES 128
_Static_assert(sizeof(struct simgpu_desc) == SIMGPU_DESC_BYTES, "a descriptor is 128 bytes");

#endif /* SIMGPU_REGS_H */

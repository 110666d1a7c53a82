/* SPDX-License-Identifier: MIT */
/* PCI devices that reach each other's memory: there are none, as without CONFIG_PCI_P2PDMA. */
#ifndef _LINUX_PCI_P2PDMA_H
#define _LINUX_PCI_P2PDMA_H

#include <linux/types.h>

struct device;
struct pci_dev;

/* How far the clients are from @provider; negative: they cannot reach it. */
static inline int pci_p2pdma_distance_many(struct pci_dev *provider, struct device **clients,
					   int num_clients, bool verbose)
{
	return -1;
}

static inline int pci_p2pdma_distance(struct pci_dev *provider, struct device *client, bool verbose)
{
	return pci_p2pdma_distance_many(provider, &client, 1, verbose);
}

#endif /* _LINUX_PCI_P2PDMA_H */

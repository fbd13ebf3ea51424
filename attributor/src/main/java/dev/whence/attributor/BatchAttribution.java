package dev.whence.attributor;

import java.util.List;

/**
 * The attributions of one batch, in the order of its images, and where the time went.
 *
 * @param embedNanos time for embedding the whole batch
 * @param searchNanos of the time for projecting, that in which the reference collections searched
 * @param projectNanos time for projecting the whole batch onto the reference, artifacts included
 * @param attributeNanos time for the attribution network and the verdicts of the whole batch
 */
public record BatchAttribution(
        List<Attribution> attributions, long embedNanos, long searchNanos, long projectNanos, long attributeNanos) {}

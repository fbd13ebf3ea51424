package dev.whence.vectorstore;

/**
 * What searches of an embedded collection did since it was opened. Every answer is proven; these say at what cost.
 *
 * @param queries queries answered
 * @param rowsScanned rows that a first pass bounded, counted for each query
 * @param rowsMeasured rows whose exact distance was computed, counted for each query
 * @param secondPasses queries for which all rows were multiplied in single precision, since a first pass left too much or would have
 * @param bytesRead bytes of codes and vectors that were read, those of a batch counted once
 */
public record SearchStatistics(long queries, long rowsScanned, long rowsMeasured, long secondPasses, long bytesRead) {}

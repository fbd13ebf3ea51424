/** Reference collections: named sets of real vectors that are asked for the nearest neighbours of a query. */
@NullMarked
package dev.whence.vectorstore;

import org.jspecify.annotations.NullMarked;

/** Stands for the client of Milvus. */
@NullMarked
package io.milvus.client;

import org.jspecify.annotations.NullMarked;

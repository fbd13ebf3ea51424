/** Reference collections on a Milvus server. The only place that knows Milvus. */
@NullMarked
package dev.whence.vectorstore.milvus;

import org.jspecify.annotations.NullMarked;

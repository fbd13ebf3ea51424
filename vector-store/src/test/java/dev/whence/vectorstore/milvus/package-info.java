@NullMarked
package dev.whence.vectorstore.milvus;

import org.jspecify.annotations.NullMarked;

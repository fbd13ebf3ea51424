/** Where images too large for a message wait: the claim check. */
@NullMarked
package dev.whence.schemas.blob;

import org.jspecify.annotations.NullMarked;

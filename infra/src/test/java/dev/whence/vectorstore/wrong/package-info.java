/** Classes that break the rules of the architecture, to show that the rules can fail. */
@NullMarked
package dev.whence.vectorstore.wrong;

import org.jspecify.annotations.NullMarked;

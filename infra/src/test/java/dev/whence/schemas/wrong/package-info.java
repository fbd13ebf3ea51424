/** Classes that break the rules of the architecture, to show that the rules can fail. */
@NullMarked
package dev.whence.schemas.wrong;

import org.jspecify.annotations.NullMarked;

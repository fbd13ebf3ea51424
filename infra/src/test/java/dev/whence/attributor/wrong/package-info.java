/** Classes that break the rules of the architecture, to show that the rules can fail. */
@NullMarked
package dev.whence.attributor.wrong;

import org.jspecify.annotations.NullMarked;

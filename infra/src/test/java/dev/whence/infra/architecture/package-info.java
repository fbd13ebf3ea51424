/** The rules of the architecture, checked on the classes of all modules. */
@NullMarked
package dev.whence.infra.architecture;

import org.jspecify.annotations.NullMarked;

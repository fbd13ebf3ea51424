/** How fast this machine is: the pipeline against a plain loop. */
@NullMarked
package dev.whence.infra.bench;

import org.jspecify.annotations.NullMarked;

/** How fast this machine is: the pipeline against a plain loop, searches against a plain matrix product. */
@NullMarked
package dev.whence.infra.bench;

import org.jspecify.annotations.NullMarked;

/** The demo: shipped images through the whole stack, the verdicts held against the truth. */
@NullMarked
package dev.whence.infra.demo;

import org.jspecify.annotations.NullMarked;

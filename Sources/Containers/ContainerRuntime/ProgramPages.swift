import CLinux

/// The pages of the program's own file that the process has in memory.
package enum ProgramPages {
    /// Gives back those of code and constants, which the kernel still has, and maps again as they are used.
    ///
    /// Reading a configuration takes much code that making a container does not, and the kernel maps sixteen pages for
    /// each that is touched: without this both would be resident at once, and for as long as `run` waits.
    package static func release() { clinux_forget_program() }
}

import UsageSpec

// The shapes of UsageSpec's values, which travel as they are.

extension GroupUsage: APIValue {
    public static let schema = Schema.named(
        "GroupUsage",
        .object([
            .optional("cpu", CPU.schema, "Time of processors."),
            .optional("memory", Memory.schema, "Memory."),
            .optional("processes", Processes.schema, "Processes with their threads."),
            .optional("devices", .array(of: Device.schema), "What has gone to and come from block devices."),
            .optional("pressure", PressureUsage.schema, "For how long work had to wait."),
        ])
    )
}

extension GroupUsage.CPU: APIValue {
    public static let schema = Schema.named(
        "GroupUsage.CPU",
        .object([
            .required("usageNanoseconds", .count, "In total, since it was made."),
            .optional("userNanoseconds", .count, "Of that, in programs."),
            .optional("systemNanoseconds", .count, "Of that, in the kernel."),
            .optional("nanocores", .count, "How much it used lately, in billionths of a processor."),
            .optional("periods", .count, "Periods of its quota in which it ran."),
            .optional("throttledPeriods", .count, "Those in which it had to wait."),
            .optional("throttledNanoseconds", .count, "For how long it had to wait."),
        ])
    )
}

extension GroupUsage.Memory: APIValue {
    public static let schema = Schema.named(
        "GroupUsage.Memory",
        .object([
            .required("usageBytes", .count, "With caches of files."),
            .required("workingSetBytes", .count, "Without file pages that could go at once."),
            .optional("rssBytes", .count, "Memory that no file stands behind."),
            .optional("cacheBytes", .count, "Pages of files."),
            .optional("swapBytes", .count, "Swapped out."),
            .optional("limitBytes", .count, "Its limit, where it has one."),
            .optional("pageFaults", .count, "Page faults."),
            .optional("majorPageFaults", .count, "Those that waited for a disk."),
            .optional("oomKills", .count, "Processes killed for lack of memory."),
        ])
    )
}

extension GroupUsage.Processes: APIValue {
    public static let schema = Schema.named(
        "GroupUsage.Processes",
        .object([.required("count", .count, "How many there are."), .optional("limit", .count, "How many there may be.")])
    )
}

extension GroupUsage.Device: APIValue {
    public static let schema = Schema.named(
        "GroupUsage.Device",
        .object([
            .required("device", .string, "`major:minor`."),
            .required("readBytes", .count, "Bytes read."), .required("writeBytes", .count, "Bytes written."),
            .required("reads", .count, "Reads."), .required("writes", .count, "Writes."),
        ])
    )
}

extension PressureUsage: APIValue {
    public static let schema = Schema.named(
        "PressureUsage",
        .object([
            .optional("cpu", Resource.schema, "For processors."), .optional("memory", Resource.schema, "For memory."),
            .optional("io", Resource.schema, "For block devices."),
        ])
    )
}

extension PressureUsage.Resource: APIValue {
    public static let schema = Schema.named(
        "PressureUsage.Resource",
        .object([
            .optional("some", PressureUsage.Line.schema, "While a part of the work waited."),
            .optional("full", PressureUsage.Line.schema, "While all of it waited."),
        ])
    )
}

extension PressureUsage.Line: APIValue {
    public static let schema = Schema.named(
        "PressureUsage.Line",
        .object([
            .required("average10", .number, "Percent of the last 10 seconds."),
            .required("average60", .number, "Percent of the last 60 seconds."),
            .required("average300", .number, "Percent of the last 300 seconds."),
            .required("totalMicroseconds", .count, "In total."),
        ])
    )
}

extension InterfaceUsage: APIValue {
    public static let schema = Schema.named(
        "InterfaceUsage",
        .object([
            .required("name", .string, "The interface."),
            .required("received", Counters.schema, "What came in."),
            .required("transmitted", Counters.schema, "What went out."),
        ])
    )
}

extension InterfaceUsage.Counters: APIValue {
    public static let schema = Schema.named(
        "InterfaceUsage.Counters",
        .object([
            .required("bytes", .count, "Bytes."), .required("packets", .count, "Packets."),
            .required("errors", .count, "Errors."), .required("dropped", .count, "Packets dropped."),
        ])
    )
}

extension FolderUsage: APIValue {
    public static let schema = Schema.named(
        "FolderUsage",
        .object([
            .required("usedBytes", .count, "Bytes on the disk."), .required("usedInodes", .count, "Files and folders."),
        ])
    )
}

extension FileSystemUsage: APIValue {
    public static let schema = Schema.named(
        "FileSystemUsage",
        .object([
            .required("capacityBytes", .count, "Its size."),
            .required("availableBytes", .count, "How much may still be written."),
            .required("inodes", .count, "How many inodes it has; 0 where it makes them as it needs them."),
            .required("freeInodes", .count, "How many of them are free."),
        ])
    )
}

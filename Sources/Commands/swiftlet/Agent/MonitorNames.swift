import MonitorClient

// `PodEngine` and `MonitorClient` have types of the same names, each in its own terms. Here are the monitor's under names
// that can stand beside the engine's; files that use both import `PodEngine` only.
typealias Monitors = MonitorClient
typealias MonitorLaunch = MonitorClient.Launch
typealias MonitorFailure = MonitorError
typealias MonitoredProcess = ContainerProcess
typealias MonitoredExit = ContainerExit
typealias MonitoredExecRequest = ExecRequest
typealias MonitoredExecResult = ExecResult
typealias MonitoredExecStream = ExecStream
typealias MonitoredStreams = AttachedStreams

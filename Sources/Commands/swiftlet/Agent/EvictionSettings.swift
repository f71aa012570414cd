import AgentConfiguration
import PodEngine

extension EvictionPolicy {
    init(_ settings: AgentSettings) {
        self.init()
        hard = Self.amounts(settings.evictionHard)
        let periods = settings.evictionSoftGracePeriod
        for (signal, amount) in Self.amounts(settings.evictionSoft) {
            guard let period = periods[signal.rawValue] else {
                preconditionFailure("the configuration has let evictionSoft pass without a period for \(signal.rawValue)")
            }
            soft[signal] = Soft(amount, gracePeriod: period)
        }
        longestGracePeriod = settings.evictionMaxPodGracePeriod
        minimumReclaim = Self.amounts(settings.evictionMinimumReclaim)
        transitionPeriod = settings.evictionPressureTransitionPeriod
    }

    /// The configuration has checked names and values. With 0% and 100% the kubelet passes a threshold over.
    private static func amounts(_ table: [String: String]) -> [EvictionSignal: Amount] {
        var amounts: [EvictionSignal: Amount] = [:]
        for (name, text) in table where text != "0%" && text != "100%" {
            guard let signal = EvictionSignal(rawValue: name), let amount = Amount(text) else {
                preconditionFailure("the configuration's signals and the engine's disagree on \(name)")
            }
            amounts[signal] = amount
        }
        return amounts
    }
}

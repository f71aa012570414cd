import PodEngine

// The engine's types whose names another room has too, for files that use both.
typealias UserNumbers = ImageUser

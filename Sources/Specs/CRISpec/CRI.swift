/// The names of CRI v1: messages, enums and services.
public enum CRI {}

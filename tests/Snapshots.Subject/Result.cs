namespace PPYolo.Tests.Snapshots.Subject;

/// <summary>One test's verdict and, if it failed, its message.</summary>
internal sealed record Result(string Name, bool Passed, string Message);

namespace PPYolo.Tests.Unit.Snapshots.Support;

/// <summary>One test's verdict and, if it failed, its message.</summary>
internal sealed record SubjectResult(string Name, bool Passed, string Message);

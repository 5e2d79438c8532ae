namespace PPYolo.Tests.Snapshots.Engine;

/// <summary>
/// A snapshot is new, differs or is no longer produced. As in Verify the type is nobody's to catch: tests see an exception and its
/// message.
/// </summary>
internal sealed class VerifyException(string message) : Exception(message);

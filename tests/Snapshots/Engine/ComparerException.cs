using VerifyTests;

namespace PPYolo.Tests.Snapshots.Engine;

/// <summary>A registered comparer failed instead of giving a verdict. The received file has been written all the same.</summary>
internal sealed class ComparerException(FilePair files, Exception inner)
    : Exception(
        $"""
        The comparer of '.{files.Extension}' gave no verdict: {inner.Message}
        ReceivedPath: {files.ReceivedPath}
        VerifiedPath: {files.VerifiedPath}
        """,
        inner
    );

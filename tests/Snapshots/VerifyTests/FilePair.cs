namespace VerifyTests;

/// <summary>The two files of one snapshot.</summary>
public readonly struct FilePair
{
    internal FilePair(string extension, string receivedPath, string verifiedPath, bool isText)
    {
        Extension = extension;
        ReceivedPath = receivedPath;
        VerifiedPath = verifiedPath;
        IsText = isText;
    }

    /// <summary>The extension without its dot.</summary>
    public string Extension { get; }

    /// <summary>Where a result that is new or differs is written.</summary>
    public string ReceivedPath { get; }

    /// <summary>Where the approved snapshot lies.</summary>
    public string VerifiedPath { get; }

    /// <summary>Whether it is compared as text.</summary>
    public bool IsText { get; }
}

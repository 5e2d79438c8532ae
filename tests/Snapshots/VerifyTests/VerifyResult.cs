namespace VerifyTests;

/// <summary>What a passed verification leaves: the object that was verified and its approved files.</summary>
public class VerifyResult
{
    private readonly IReadOnlyList<FilePair> files;

    internal VerifyResult(IReadOnlyList<FilePair> files, object? target)
    {
        this.files = files;
        Target = target;
    }

    /// <summary>The object or text passed to Verify; null for streams and targets.</summary>
    public object? Target { get; }

    /// <summary>The approved files.</summary>
    public IEnumerable<string> Files => files.Select(file => file.VerifiedPath);

    /// <summary>The approved files that hold text.</summary>
    public IEnumerable<string> TextFiles => files.Where(file => file.IsText).Select(file => file.VerifiedPath);

    /// <summary>The content of the one approved text file.</summary>
    /// <exception cref="InvalidOperationException">There is none, or there are several.</exception>
    public string Text => File.ReadAllText(TextFiles.Single());
}

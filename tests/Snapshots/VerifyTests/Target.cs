using System.Text;
using EmptyFiles;
using PPYolo.Tests.Snapshots.Engine;

namespace VerifyTests;

/// <summary>One content to verify: text or a stream, with the extension of its file and, where a test has several, a name.</summary>
public readonly struct Target
{
    /// <summary>Creates a binary target.</summary>
    /// <exception cref="ArgumentException">The extension is one of text.</exception>
    public Target(string extension, Stream data, string? name = null)
    {
        Extension = FileNames.CheckExtension(extension);
        if (FileExtensions.IsTextExtension(extension))
        {
            throw new ArgumentException(
                $"'{extension}' is an extension of text: pass a string, or take it off with FileExtensions.RemoveTextExtensions.",
                nameof(extension)
            );
        }

        Name = string.IsNullOrEmpty(name) ? null : FileNames.Clean(name);
        Data = data;
    }

    /// <summary>Creates a text target from a builder, which scrubbers will change.</summary>
    /// <exception cref="ArgumentException">The extension is not known as one of text.</exception>
    public Target(string extension, StringBuilder data, string? name = null)
    {
        Extension = FileNames.CheckExtension(extension);
        if (extension != "noextension" && !FileExtensions.IsTextExtension(extension))
        {
            throw new ArgumentException(
                $"'{extension}' is not known as an extension of text: add it with FileExtensions.AddTextExtension, or pass a stream.",
                nameof(extension)
            );
        }

        Name = string.IsNullOrEmpty(name) ? null : FileNames.Clean(name);
        Text = data;
    }

    /// <summary>Creates a text target.</summary>
    /// <exception cref="ArgumentException">The extension is not known as one of text.</exception>
    public Target(string extension, string data, string? name = null)
        : this(extension, new StringBuilder(data), name) { }

    /// <summary>The extension without its dot.</summary>
    public string Extension { get; }

    /// <summary>What tells this target from the others of its test, or null; an empty name is none.</summary>
    public string? Name { get; }

    /// <summary>Whether it is compared as text.</summary>
    public bool IsString => Text is not null;

    /// <summary>Whether it is compared as bytes.</summary>
    public bool IsStream => Data is not null;

    internal StringBuilder? Text { get; }

    internal Stream? Data { get; }
}

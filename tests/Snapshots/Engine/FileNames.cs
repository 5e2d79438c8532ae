using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;

namespace PPYolo.Tests.Snapshots.Engine;

/// <summary>Which characters may stand in the names of snapshots.</summary>
internal static class FileNames
{
    // What Windows forbids is replaced on every system, so that a snapshot made on one is found on the other.
    private static readonly SearchValues<char> Replaced = SearchValues.Create([
        .. "\"\\<>|:*?/",
        .. Enumerable.Range(0, 32).Select(code => (char)code),
    ]);

    // A name set by hand is not changed silently but refused, for what this system forbids.
    private static readonly char[] Refused = Path.GetInvalidFileNameChars();
    private static readonly char[] RefusedInDirectories = [.. Path.GetInvalidPathChars().Union(Refused.Except(['/', '\\', ':']))];

    public static string Clean(string name)
    {
        if (!name.AsSpan().ContainsAny(Replaced))
        {
            return name;
        }

        var clean = new StringBuilder(name.Length);
        foreach (var character in name)
        {
            clean.Append(Replaced.Contains(character) ? '-' : character);
        }

        return clean.ToString();
    }

    public static string Check(string name, [CallerArgumentExpression(nameof(name))] string argument = "") =>
        CheckAgainst(Refused, name, argument);

    public static string CheckDirectory(string directory, [CallerArgumentExpression(nameof(directory))] string argument = "") =>
        CheckAgainst(RefusedInDirectories, directory, argument);

    public static string CheckExtension(string extension, [CallerArgumentExpression(nameof(extension))] string argument = "")
    {
        ArgumentException.ThrowIfNullOrEmpty(extension, argument);
        if (extension.StartsWith('.') || extension.AsSpan().ContainsAny('/', '\\'))
        {
            throw new ArgumentException(
                $"'{extension}' must not begin with a period and not contain a separator of directories.",
                argument
            );
        }

        return extension;
    }

    private static string CheckAgainst(char[] refused, string name, string argument)
    {
        ArgumentException.ThrowIfNullOrEmpty(name, argument);
        var index = name.IndexOfAny(refused);
        return index < 0 ? name : throw new ArgumentException($"'{name}' holds '{name[index]}', which names of files cannot.", argument);
    }
}

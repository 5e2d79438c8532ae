using System.Text;

namespace PPYolo.Tests.Snapshots.Engine;

/// <summary>Scrubbers that go through text line by line. A last line end stays if there was one.</summary>
internal static class LineScrubbers
{
    public static Action<StringBuilder> Containing(StringComparison comparison, string[] parts)
    {
        if (parts.Length == 0)
        {
            throw new ArgumentException("There must be at least one string to match.", nameof(parts));
        }

        return Replacing(line => parts.Any(part => line.Contains(part, comparison)) ? null : line);
    }

    public static Action<StringBuilder> Replacing(Func<string, string?> replace) =>
        builder =>
        {
            var text = builder.ToString();
            builder.Clear();
            using var reader = new StringReader(text);
            while (reader.ReadLine() is { } line)
            {
                if (replace(line) is { } kept)
                {
                    builder.Append(kept).Append('\n');
                }
            }

            if (builder.Length > 0 && !text.EndsWith('\n'))
            {
                builder.Length--;
            }
        };
}

using System.Text;
using EmptyFiles;
using VerifyTests;

namespace PPYolo.Tests.Snapshots.Engine;

/// <summary>What a test hands over: the object itself, if it was one, and the contents made from it.</summary>
internal sealed record Produced(object? Value, IReadOnlyList<Target> Targets)
{
    /// <summary>What was awaited, and is nobody's but this verification's; disposed at its end.</summary>
    public object? Awaited { get; init; }

    public static Produced Of(Target target) => new(null, [target]);

    /// <summary>What somebody computed for this verification alone.</summary>
    public static async Task<Produced> OfAwaited(object? value)
    {
        try
        {
            return await Any(value) with { Awaited = value };
        }
        catch
        {
            await Dispose(value);
            throw;
        }
    }

    /// <summary>Disposes of what was awaited.</summary>
    public ValueTask Release() => Dispose(Awaited);

    /// <summary>
    /// Text that is the whole of a test. It always has a file, so that a test that verifies nothing is not taken for one without a
    /// snapshot.
    /// </summary>
    public static Produced Root(string? text)
    {
        var trimmed = text?.TrimStart('\uFEFF');
        return new Produced(
            text,
            [
                new Target(
                    "txt",
                    trimmed switch
                    {
                        null => "null",
                        "" => "emptyString",
                        _ => trimmed,
                    }
                ),
            ]
        );
    }

    public static async Task<Produced> Stream(Stream? stream, string extension, object? info)
    {
        var targets = new List<Target>();
        if (info is not null)
        {
            targets.Add(new Target("txt", ObjectText.Of(info)));
        }

        if (stream is not null)
        {
            targets.Add(
                FileExtensions.IsTextExtension(extension) ? new Target(extension, await ReadText(stream)) : new Target(extension, stream)
            );
        }

        return new Produced(null, targets);
    }

    public static async Task<Produced> Any(object? value) =>
        value switch
        {
            null or string => Root((string?)value),
            FileStream file => await Stream(file, Path.GetExtension(file.Name).TrimStart('.'), null),
            Stream stream => await Stream(stream, "bin", null),
            byte[] bytes => await Stream(new MemoryStream(bytes), "bin", null),
            StringBuilder builder => Root(builder.ToString()),
            _ => new Produced(value, [new Target("txt", ObjectText.Of(value))]),
        };

    private static async Task<string> ReadText(Stream stream)
    {
        if (stream.CanSeek)
        {
            stream.Position = 0;
        }

        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync();
    }

    private static ValueTask Dispose(object? value)
    {
        if (value is IAsyncDisposable later)
        {
            return later.DisposeAsync();
        }

        (value as IDisposable)?.Dispose();
        return ValueTask.CompletedTask;
    }
}

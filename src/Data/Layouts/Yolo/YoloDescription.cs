using System.Collections.Immutable;
using System.Globalization;
using PPYolo.Align;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace PPYolo.Data.Layouts.Yolo;

/// <summary>The file that describes a YOLO dataset: data.yaml, or obj.data of Darknet with a key=value on each line.</summary>
/// <param name="Path">The file.</param>
/// <param name="Values">The texts and lists of texts in it, by their keys in small letters.</param>
/// <param name="Names">The class names, or null where it has none.</param>
/// <param name="IsPose">Whether labels have the points of a pose.</param>
internal sealed record YoloDescription(
    string Path,
    IReadOnlyDictionary<string, ImmutableArray<string>> Values,
    ImmutableArray<string>? Names,
    bool IsPose
)
{
    private const int MostBytes = 1 << 20;
    private const int MostClasses = 1 << 16;
    private const int MostOpen = 1000;

    /// <summary>The one value of a key, or null.</summary>
    public string? this[string key] => Values.TryGetValue(key, out var values) && values is [var one] ? one : null;

    /// <summary>Reads a file.</summary>
    /// <exception cref="AlignException">It cannot be read, is not YAML, or its classes contradict each other.</exception>
    public static YoloDescription Read(string path)
    {
        if (TextFile.Length(path) > MostBytes)
        {
            throw new AlignException($"{path}: expected the description of a dataset, found more than {MostBytes} bytes");
        }

        return System.IO.Path.GetExtension(path).Equals(".data", StringComparison.OrdinalIgnoreCase) ? Darknet(path) : Yaml(path);
    }

    private static YoloDescription Darknet(string path) =>
        new(
            path,
            TextFile
                .Lines(path, "the description of a dataset")
                .Select(line => line.Split('=', 2, StringSplitOptions.TrimEntries))
                .Where(pair => pair is [{ Length: > 0 }, { Length: > 0 }])
                .DistinctBy(pair => pair[0].ToLowerInvariant())
                .ToDictionary(pair => pair[0].ToLowerInvariant(), pair => ImmutableArray.Create(pair[1]), StringComparer.Ordinal),
            null,
            IsPose: false
        );

    private static YoloDescription Yaml(string path)
    {
        var values = new Dictionary<string, ImmutableArray<string>>(StringComparer.Ordinal);
        ImmutableArray<string>? names = null;
        var isPose = false;
        // Event by event: what is nested deeper than it should be is skipped, however deep.
        var text = string.Join('\n', TextFile.Lines(path, "the description of a dataset"));
        // The parser looks through all open brackets at each.
        if (text.Count(character => character is '[' or '{') - text.Count(character => character is ']' or '}') > MostOpen)
        {
            throw new AlignException(
                $"{path}: expected YAML with train, val and names, found more than {MostOpen} brackets that stay open"
            );
        }

        var parser = new Parser(new StringReader(text));
        try
        {
            parser.Consume<StreamStart>();
            parser.Consume<DocumentStart>();
            parser.Consume<MappingStart>();
            while (!parser.TryConsume<MappingEnd>(out _))
            {
                var key = parser.TryConsume<Scalar>(out var name) ? name.Value.Trim().ToLowerInvariant() : "";
                if (key.Length == 0)
                {
                    parser.SkipThisAndNestedEvents();
                }

                isPose |= key == "kpt_shape";
                if (key == "names" && parser.Current is MappingStart or SequenceStart)
                {
                    names = NamesOf(parser, path);
                }
                else
                {
                    values[key] = TextsOf(parser);
                }
            }
        }
        catch (Exception e) when (e is YamlException or InvalidOperationException or ArgumentException or IOException or FormatException)
        {
            // Some mistakes the package does not foresee, and says no place of them.
            var line = (e as YamlException)?.Start.Line ?? parser.Current?.End.Line ?? 1;
            throw new AlignException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{path}: line {Math.Max(1, line)}: expected YAML with train, val and names: {e.Message} Paths of Windows "
                        + $"stand without quotation marks or between single ones"
                ),
                e
            );
        }

        var described = new YoloDescription(path, values, names, isPose);
        return
            described["nc"] is { } count
            && names is { } all
            && (!int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number != all.Length)
            ? throw new AlignException($"{path}: expected as many names as nc says, {count}, found {all.Length}")
            : described;
    }

    private static ImmutableArray<string> TextsOf(Parser parser)
    {
        var texts = ImmutableArray.CreateBuilder<string>();
        if (parser.TryConsume<Scalar>(out var one))
        {
            texts.Add(one.Value);
        }
        else if (parser.TryConsume<SequenceStart>(out _))
        {
            while (!parser.TryConsume<SequenceEnd>(out _))
            {
                if (parser.TryConsume<Scalar>(out var item))
                {
                    texts.Add(item.Value);
                }
                else
                {
                    parser.SkipThisAndNestedEvents();
                }
            }
        }
        else
        {
            parser.SkipThisAndNestedEvents();
        }

        return texts.DrainToImmutable();
    }

    /// <summary>A list of names, or a mapping of classes to names, in any order.</summary>
    private static ImmutableArray<string> NamesOf(Parser parser, string path)
    {
        if (parser.Current is SequenceStart)
        {
            return TextsOf(parser);
        }

        var names = new SortedDictionary<int, string>();
        parser.Consume<MappingStart>();
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            var key = parser.Consume<Scalar>();
            var isClass = int.TryParse(key.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < MostClasses;
            if (!isClass || !parser.TryConsume<Scalar>(out var name) || !names.TryAdd(index, name.Value))
            {
                throw new AlignException(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{path}: line {key.Start.Line}: expected names by class, each once, such as '0: cat', found '{key.Value}'"
                    )
                );
            }
        }

        return
        [
            .. Enumerable
                .Range(0, names.Count == 0 ? 0 : names.Keys.Last() + 1)
                .Select(index => names.GetValueOrDefault(index, string.Create(CultureInfo.InvariantCulture, $"class {index}"))),
        ];
    }
}

using System.Collections.Immutable;
using System.Globalization;
using PPYolo.Data.Coco;

namespace PPYolo.Data.Layouts;

/// <summary>The classes of a dataset that is no COCO file.</summary>
/// <param name="Names">Their names in their order.</param>
/// <param name="File">The file that names them, or null.</param>
/// <param name="Why">How they are ordered.</param>
internal sealed record ClassOrder(ImmutableArray<string> Names, string? File, string Why)
{
    private readonly Dictionary<string, int> indices = Names.Select((name, index) => (name, index)).ToDictionary(StringComparer.Ordinal);

    /// <summary>The classes as COCO has them; ids count from 1.</summary>
    public ImmutableArray<CocoCategory> Categories => [.. Names.Select((name, index) => new CocoCategory(index + 1, name))];

    /// <summary>The place of a class, from 0, or null.</summary>
    public int? IndexOf(string name) => indices.TryGetValue(name, out var index) ? index : null;

    /// <summary>How many there are, and in which order.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Names.Length} {(Names.Length == 1 ? "class" : "classes")}, {Why}");
}

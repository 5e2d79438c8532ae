using System.Collections.Immutable;
using System.Globalization;
using System.Xml;
using System.Xml.Linq;
using PPYolo.Align;
using PPYolo.Align.Files;
using PPYolo.Data.Coco;

namespace PPYolo.Data.Layouts.Voc;

/// <summary>
/// An annotation file of Pascal VOC: an image's size and objects. What is inside an object beside its name, box and mark, such as the
/// parts of a person, is not looked at.
/// </summary>
/// <param name="Path">The file.</param>
/// <param name="ImageName">The image's file as it says, or empty.</param>
/// <param name="Width">In pixels; 0 where it does not say.</param>
/// <param name="Height">In pixels; 0 where it does not say.</param>
/// <param name="Objects">The objects, in the order of the file.</param>
/// <param name="Flaws">What cannot be read.</param>
internal sealed record VocFile(
    string Path,
    string ImageName,
    int Width,
    int Height,
    ImmutableArray<VocObject> Objects,
    ImmutableArray<VocFlaw> Flaws
)
{
    // Entities are not expanded, and nothing outside the file is fetched.
    private static readonly XmlReaderSettings Harmless = new()
    {
        DtdProcessing = DtdProcessing.Ignore,
        XmlResolver = null,
        MaxCharactersInDocument = 1 << 24,
    };

    private const int Small = 1 << 16,
        Deepest = 64;

    private static readonly string[] Sides = ["xmin", "ymin", "xmax", "ymax"];

    /// <summary>Reads a file. What is wrong with it is in <see cref="Flaws"/>.</summary>
    public static VocFile Read(string path)
    {
        try
        {
            using var stream = new FileStream(InputFile.OpenRegular(path), FileAccess.Read);
            if (stream.Length > Small)
            {
                CheckDepth(stream);
            }

            using var reader = XmlReader.Create(stream, Harmless);
            return Parse(path, XDocument.Load(reader, LoadOptions.SetLineInfo).Root!);
        }
        catch (XmlException e)
        {
            return Unreadable(path, Math.Max(1, e.LineNumber), $"expected XML: {e.Message.Split(" Line ")[0]}");
        }
        catch (AlignException e)
        {
            return Unreadable(path, 1, e.Message);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return Unreadable(path, 1, $"it cannot be read: {e.Message}");
        }
    }

    /// <summary>What is nested a hundred thousand times takes minutes to keep; annotations are nested four times.</summary>
    private static void CheckDepth(FileStream stream)
    {
        using var reader = XmlReader.Create(stream, Harmless);
        while (reader.Read())
        {
            if (reader.Depth > Deepest)
            {
                throw new XmlException($"elements are nested {reader.Depth} deep", null, ((IXmlLineInfo)reader).LineNumber, 1);
            }
        }

        stream.Position = 0;
    }

    private static VocFile Unreadable(string path, int line, string detail) => new(path, "", 0, 0, [], [new(line, detail, IsWhole: true)]);

    private static VocFile Parse(string path, XElement root)
    {
        if (root.Name.LocalName != "annotation")
        {
            return Unreadable(path, LineOf(root), $"expected <annotation>, found <{root.Name.LocalName}>");
        }

        var objects = ImmutableArray.CreateBuilder<VocObject>();
        var flaws = ImmutableArray.CreateBuilder<VocFlaw>();
        foreach (var element in Children(root, "object"))
        {
            var (name, box) = (Text(element, "name"), Children(element, "bndbox").FirstOrDefault());
            if (name.Length == 0)
            {
                flaws.Add(new(LineOf(element), "expected a <name> in <object>, found none", IsWhole: false));
            }
            else if (box is null)
            {
                flaws.Add(new(LineOf(element), $"expected a <bndbox> in the <object> '{name}', found none", IsWhole: false));
            }
            else if (Bad(box) is { } flaw)
            {
                flaws.Add(new(LineOf(box), $"object '{name}': {flaw}", IsWhole: false));
            }
            else
            {
                objects.Add(new(name, BoxOf(box), Text(element, "difficult") is "1" or "true" or "True", LineOf(element)));
            }
        }

        var size = Children(root, "size").FirstOrDefault();
        return new(
            path,
            Text(root, "filename"),
            Pixels(size, "width"),
            Pixels(size, "height"),
            objects.DrainToImmutable(),
            flaws.DrainToImmutable()
        );
    }

    private static string? Bad(XElement box) =>
        Sides.FirstOrDefault(side => Number(box, side) is null) is not { } bad ? null
        : Text(box, bad) is { Length: > 0 } text ? $"expected a finite number in <{bad}>, found '{Shortened(text)}'"
        : $"expected a number in <{bad}>, found none";

    // Pixels are counted from 1 here, and the last one belongs to the box.
    private static CocoBox BoxOf(XElement box)
    {
        double left = Number(box, "xmin")!.Value,
            top = Number(box, "ymin")!.Value;
        return new(left - 1, top - 1, Number(box, "xmax")!.Value - left + 1, Number(box, "ymax")!.Value - top + 1);
    }

    private static double? Number(XElement parent, string name) =>
        double.TryParse(Text(parent, name), NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value)
            ? value
            : null;

    private static int Pixels(XElement? size, string name) =>
        size is not null && Number(size, name) is { } value ? (int)Math.Clamp(Math.Round(value), 0, int.MaxValue) : 0;

    // Of elements inside the text nothing is taken: to collect it, they would be walked as deep as somebody nested them.
    private static string Text(XElement parent, string name) =>
        string.Concat(Children(parent, name).Take(1).SelectMany(child => child.Nodes().OfType<XText>()).Select(text => text.Value)).Trim();

    private static IEnumerable<XElement> Children(XElement parent, string name) =>
        parent.Elements().Where(child => child.Name.LocalName == name);

    private static int LineOf(XElement element) => ((IXmlLineInfo)element).LineNumber;

    private static string Shortened(string text) => text.Length <= 40 ? text : text[..40] + "...";
}

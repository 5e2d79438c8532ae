using System.Text.Json;
using PPYolo.Align;

namespace PPYolo.Data.Coco;

/// <summary>
/// Reads COCO annotation files: an object with <c>images</c> (<c>id</c>), <c>annotations</c> (<c>id</c>, <c>image_id</c>,
/// <c>category_id</c>, <c>bbox</c>, <c>area</c>, <c>iscrowd</c>) and <c>categories</c> (<c>id</c>, <c>name</c>). Everything else in it is
/// skipped, <c>ignore</c> included, which pycocotools overwrites.
/// </summary>
public static class CocoGroundTruthReader
{
    private const string What = "COCO annotations {\"images\", \"annotations\", \"categories\"}";

    private static readonly string[] Sections = ["images", "annotations", "categories"];
    private static readonly string[] ImageMembers = ["id"];
    private static readonly string[] AnnotationMembers = ["id", "image_id", "category_id", "bbox", "area", "iscrowd"];
    private static readonly string[] CategoryMembers = ["id", "name"];

    /// <summary>
    /// Reads a file. A missing <c>iscrowd</c> is 0 and a missing <c>name</c> the category's id; all other members must be there.
    /// </summary>
    /// <exception cref="AlignException">The file cannot be read, is not JSON, a member is missing or not what it should be, or ids
    /// repeat.</exception>
    public static CocoGroundTruth Read(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return CocoJsonFile.Read(path, What, json => Parse(path, json));
    }

    private static CocoGroundTruth Parse(string path, ReadOnlySpan<byte> json)
    {
        var images = new List<long>();
        var annotations = new List<CocoAnnotation>();
        var categories = new List<CocoCategory>();
        var cursor = new CocoJsonCursor(path, json);
        var seen = 0;
        cursor.Open(JsonTokenType.StartObject, What);
        while (cursor.NextSection(Sections, out var section))
        {
            seen |= 1 << section;
            switch (section)
            {
                case 0:
                    ReadImages(ref cursor, images);
                    break;
                case 1:
                    ReadAnnotations(ref cursor, annotations);
                    break;
                default:
                    ReadCategories(ref cursor, categories);
                    break;
            }
        }

        cursor.RequireMembers(Sections, seen, Sections.Length);
        cursor.Close();
        try
        {
            return new(images, categories, annotations);
        }
        catch (AlignException e)
        {
            throw new AlignException($"{path}: annotations: {e.Message}", e);
        }
    }

    private static void ReadImages(ref CocoJsonCursor cursor, List<long> images)
    {
        images.Clear();
        while (cursor.NextItem())
        {
            var seen = 0;
            var id = 0L;
            while (cursor.NextMember(ImageMembers, out var member))
            {
                seen |= 1 << member;
                id = cursor.Whole();
            }

            cursor.RequireMembers(ImageMembers, seen, ImageMembers.Length);
            images.Add(id);
        }
    }

    private static void ReadAnnotations(ref CocoJsonCursor cursor, List<CocoAnnotation> annotations)
    {
        annotations.Clear();
        while (cursor.NextItem())
        {
            var seen = 0;
            var annotation = default(CocoAnnotation);
            while (cursor.NextMember(AnnotationMembers, out var member))
            {
                seen |= 1 << member;
                annotation = member switch
                {
                    0 => annotation with { Id = cursor.Whole() },
                    1 => annotation with { ImageId = cursor.Whole() },
                    2 => annotation with { CategoryId = cursor.Whole() },
                    3 => annotation with { Box = cursor.Box() },
                    4 => annotation with { Area = cursor.Number() },
                    _ => annotation with { IsCrowd = cursor.Flag() },
                };
            }

            cursor.RequireMembers(AnnotationMembers, seen, AnnotationMembers.Length - 1);
            annotations.Add(annotation);
        }
    }

    private static void ReadCategories(ref CocoJsonCursor cursor, List<CocoCategory> categories)
    {
        categories.Clear();
        while (cursor.NextItem())
        {
            var seen = 0;
            var id = 0L;
            string? name = null;
            while (cursor.NextMember(CategoryMembers, out var member))
            {
                seen |= 1 << member;
                if (member == 0)
                {
                    id = cursor.Whole();
                }
                else
                {
                    name = cursor.TextOrNull();
                }
            }

            cursor.RequireMembers(CategoryMembers, seen, CategoryMembers.Length - 1);
            categories.Add(new(id, name ?? id.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        }
    }
}

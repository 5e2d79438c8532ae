using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using PPYolo.Align;
using PPYolo.Data.Coco;

namespace PPYolo.Data.Datasets;

/// <summary>
/// Reads a COCO annotation file for training: like <see cref="CocoGroundTruthReader"/>, but with the images' files and sizes, and lenient
/// about the members that converters leave out (<c>area</c>, <c>iscrowd</c>, <c>width</c>, <c>height</c>, <c>file_name</c>, an annotation's
/// <c>id</c>).
/// </summary>
public static class CocoSetReader
{
    private const string What = "COCO annotations {\"images\", \"annotations\", \"categories\"}";

    private static readonly string[] Sections = ["images", "annotations", "categories"];
    private static readonly string[] ImageMembers = ["id", "file_name", "width", "height"];
    private static readonly string[] AnnotationMembers = ["image_id", "category_id", "bbox", "id", "area", "iscrowd"];
    private static readonly string[] CategoryMembers = ["id", "name"];

    /// <summary>Reads a file.</summary>
    /// <exception cref="AlignException">It cannot be read, is not JSON, or a member that must be there is missing or is not what it should
    /// be.</exception>
    public static CocoSet Read(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return CocoJsonFile.Read(path, What, json => Parse(path, json));
    }

    private static CocoSet Parse(string path, ReadOnlySpan<byte> json)
    {
        var images = ImmutableArray<CocoImage>.Empty;
        var annotations = ImmutableArray<CocoAnnotation>.Empty;
        var categories = ImmutableArray<CocoCategory>.Empty;
        var cursor = new CocoJsonCursor(path, json);
        var seen = 0;
        cursor.Open(JsonTokenType.StartObject, What);
        while (cursor.NextSection(Sections, out var section))
        {
            seen |= 1 << section;
            switch (section)
            {
                case 0:
                    images = ReadImages(ref cursor);
                    break;
                case 1:
                    annotations = ReadAnnotations(ref cursor);
                    break;
                default:
                    categories = ReadCategories(ref cursor);
                    break;
            }
        }

        cursor.RequireMembers(Sections, seen, Sections.Length);
        cursor.Close();
        return new(path, images, categories, annotations);
    }

    private static ImmutableArray<CocoImage> ReadImages(ref CocoJsonCursor cursor)
    {
        var images = ImmutableArray.CreateBuilder<CocoImage>();
        while (cursor.NextItem())
        {
            var seen = 0;
            var image = new CocoImage(0, "", 0, 0);
            while (cursor.NextMember(ImageMembers, out var member))
            {
                seen |= 1 << member;
                image = member switch
                {
                    0 => image with { Id = cursor.Whole() },
                    1 => image with { FileName = cursor.TextOrNull() ?? "" },
                    2 => image with { Width = (int)Math.Clamp(cursor.Whole(), 0, int.MaxValue) },
                    _ => image with { Height = (int)Math.Clamp(cursor.Whole(), 0, int.MaxValue) },
                };
            }

            cursor.RequireMembers(ImageMembers, seen, 1);
            images.Add(
                image.FileName.Length > 0
                    ? image
                    : image with
                    {
                        FileName = image.Id.ToString("D12", CultureInfo.InvariantCulture) + ".jpg",
                    }
            );
        }

        return images.DrainToImmutable();
    }

    private static ImmutableArray<CocoAnnotation> ReadAnnotations(ref CocoJsonCursor cursor)
    {
        var annotations = ImmutableArray.CreateBuilder<CocoAnnotation>();
        while (cursor.NextItem())
        {
            var seen = 0;
            // Annotations without ids of their own cannot be confused with those that have one: ids in files count upwards.
            var annotation = default(CocoAnnotation) with
            {
                Id = -1 - annotations.Count,
                Area = double.NaN,
            };
            while (cursor.NextMember(AnnotationMembers, out var member))
            {
                seen |= 1 << member;
                annotation = member switch
                {
                    0 => annotation with { ImageId = cursor.Whole() },
                    1 => annotation with { CategoryId = cursor.Whole() },
                    2 => annotation with { Box = cursor.Box() },
                    3 => annotation with { Id = cursor.Whole() },
                    4 => annotation with { Area = cursor.Number() },
                    _ => annotation with { IsCrowd = cursor.Flag() },
                };
            }

            cursor.RequireMembers(AnnotationMembers, seen, 3);
            annotations.Add(double.IsNaN(annotation.Area) ? annotation with { Area = annotation.Box.Area } : annotation);
        }

        return annotations.DrainToImmutable();
    }

    private static ImmutableArray<CocoCategory> ReadCategories(ref CocoJsonCursor cursor)
    {
        var categories = ImmutableArray.CreateBuilder<CocoCategory>();
        while (cursor.NextItem())
        {
            var seen = 0;
            var (id, name) = (0L, (string?)null);
            while (cursor.NextMember(CategoryMembers, out var member))
            {
                seen |= 1 << member;
                (id, name) = member == 0 ? (cursor.Whole(), name) : (id, cursor.TextOrNull());
            }

            cursor.RequireMembers(CategoryMembers, seen, 1);
            categories.Add(new(id, name ?? id.ToString(CultureInfo.InvariantCulture)));
        }

        return categories.DrainToImmutable();
    }
}

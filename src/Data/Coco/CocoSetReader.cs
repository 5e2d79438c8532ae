using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using PPYolo.Align;

namespace PPYolo.Data.Coco;

/// <summary>
/// Reads COCO annotation files: an object with <c>images</c> (<c>id</c>, <c>file_name</c>, <c>width</c>, <c>height</c>),
/// <c>annotations</c> (<c>id</c>, <c>image_id</c>, <c>category_id</c>, <c>bbox</c>, <c>area</c>, <c>iscrowd</c>) and <c>categories</c>
/// (<c>id</c>, <c>name</c>). Everything else in it is skipped, <c>ignore</c> included, which pycocotools overwrites.
/// </summary>
public static class CocoSetReader
{
    private const string What = "COCO annotations {\"images\", \"annotations\", \"categories\"}";

    private static readonly string[] Sections = ["images", "annotations", "categories"];
    private static readonly string[] ImageMembers = ["id", "file_name", "width", "height"];

    // Those that must be there come first.
    private static readonly string[] AnnotationMembers = ["image_id", "category_id", "bbox", "id", "area", "iscrowd"];
    private static readonly string[] CategoryMembers = ["id", "name"];

    /// <summary>
    /// Reads a file for training. What converters leave out may be missing: an annotation's <c>id</c>, <c>area</c> and <c>iscrowd</c>, an
    /// image's <c>file_name</c>, <c>width</c> and <c>height</c>, a category's <c>name</c>.
    /// </summary>
    /// <exception cref="AlignException">It cannot be read, is not JSON, or a member that must be there is missing or is not what it should
    /// be.</exception>
    public static CocoSet Read(string path) => Read(path, toScore: false);

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="toScore">Whether detections are scored by it: annotations must have their ids and areas, and of an image only its id
    /// is looked at.</param>
    internal static CocoSet Read(string path, bool toScore)
    {
        ArgumentNullException.ThrowIfNull(path);
        return CocoJsonFile.Read(path, What, json => Parse(path, json, toScore));
    }

    private static CocoSet Parse(string path, ReadOnlySpan<byte> json, bool toScore)
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
                    images = ReadImages(ref cursor, toScore ? ImageMembers.AsSpan(0, 1) : ImageMembers);
                    break;
                case 1:
                    annotations = ReadAnnotations(ref cursor, toScore ? 5 : 3);
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

    private static ImmutableArray<CocoImage> ReadImages(ref CocoJsonCursor cursor, ReadOnlySpan<string> members)
    {
        var images = ImmutableArray.CreateBuilder<CocoImage>();
        while (cursor.NextItem())
        {
            var seen = 0;
            var image = new CocoImage(0, "", 0, 0);
            while (cursor.NextMember(members, out var member))
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

    private static ImmutableArray<CocoAnnotation> ReadAnnotations(ref CocoJsonCursor cursor, int required)
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

            cursor.RequireMembers(AnnotationMembers, seen, required);
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

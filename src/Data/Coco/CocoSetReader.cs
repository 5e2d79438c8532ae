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
    /// <remarks>A record that lacks a member, or has one that is not what it should be, is left out; <see cref="CocoSet.Problems"/> says
    /// why.</remarks>
    /// <exception cref="AlignException">It cannot be read, is not JSON, or lacks a section.</exception>
    public static CocoSet Read(string path) => Read(path, toScore: false);

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="toScore">Whether detections are scored by it: annotations must have their ids and areas, of an image only its id is
    /// looked at, and a bad record is an error.</param>
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
        var ids = new CocoIds();
        var problems = toScore ? null : ImmutableArray.CreateBuilder<CocoProblem>();
        var seen = 0;
        cursor.Open(JsonTokenType.StartObject, What);
        while (cursor.NextSection(Sections, out var section))
        {
            seen |= 1 << section;
            switch (section)
            {
                case 0:
                    images = ReadImages(ref cursor, toScore ? ImageMembers.AsSpan(0, 1) : ImageMembers, ids, problems);
                    break;
                case 1:
                    annotations = ReadAnnotations(ref cursor, toScore ? 5 : 3, ids, problems);
                    break;
                default:
                    categories = ReadCategories(ref cursor, ids, problems);
                    break;
            }
        }

        cursor.RequireMembers(Sections, seen, Sections.Length);
        cursor.Close();
        return new(path, images, categories, annotations) { Problems = problems?.DrainToImmutable() ?? [], Ids = ids };
    }

    private static ImmutableArray<CocoImage> ReadImages(
        ref CocoJsonCursor cursor,
        ReadOnlySpan<string> members,
        CocoIds ids,
        ImmutableArray<CocoProblem>.Builder? problems
    )
    {
        var images = ImmutableArray.CreateBuilder<CocoImage>();
        while (NextItem(ref cursor, problems))
        {
            var seen = 0;
            var image = new CocoImage(0, "", 0, 0);
            try
            {
                while (cursor.NextMember(members, out var member))
                {
                    image = member switch
                    {
                        0 => image with { Id = cursor.NewId(ids) },
                        1 => image with { FileName = cursor.TextOrNull() ?? "" },
                        2 => image with { Width = (int)Math.Clamp(cursor.Whole(), 0, int.MaxValue) },
                        _ => image with { Height = (int)Math.Clamp(cursor.Whole(), 0, int.MaxValue) },
                    };
                    seen |= 1 << member;
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
            catch (AlignException error) when (problems is not null)
            {
                LeaveOut(ref cursor, problems, "image", (seen & 1) != 0 ? image.Id : null, error);
            }
        }

        return images.DrainToImmutable();
    }

    private static ImmutableArray<CocoAnnotation> ReadAnnotations(
        ref CocoJsonCursor cursor,
        int required,
        CocoIds ids,
        ImmutableArray<CocoProblem>.Builder? problems
    )
    {
        const int idMember = 3;
        var annotations = ImmutableArray.CreateBuilder<CocoAnnotation>();
        while (NextItem(ref cursor, problems))
        {
            var seen = 0;
            // Annotations without ids of their own cannot be confused with those that have one: ids in files count upwards.
            var annotation = default(CocoAnnotation) with
            {
                Id = -1 - annotations.Count,
                Area = double.NaN,
            };
            try
            {
                while (cursor.NextMember(AnnotationMembers, out var member))
                {
                    annotation = member switch
                    {
                        0 => annotation with { ImageId = cursor.NewId(ids) },
                        1 => annotation with { CategoryId = cursor.NewId(ids) },
                        2 => annotation with { Box = cursor.Box() },
                        idMember => annotation with { Id = cursor.NewId(ids) },
                        4 => annotation with { Area = cursor.Number() },
                        _ => annotation with { IsCrowd = cursor.Flag() },
                    };
                    seen |= 1 << member;
                }

                cursor.RequireMembers(AnnotationMembers, seen, required);
                annotations.Add(double.IsNaN(annotation.Area) ? annotation with { Area = annotation.Box.Area } : annotation);
            }
            catch (AlignException error) when (problems is not null)
            {
                LeaveOut(ref cursor, problems, "annotation", (seen & (1 << idMember)) != 0 ? annotation.Id : null, error);
            }
        }

        return annotations.DrainToImmutable();
    }

    private static ImmutableArray<CocoCategory> ReadCategories(
        ref CocoJsonCursor cursor,
        CocoIds ids,
        ImmutableArray<CocoProblem>.Builder? problems
    )
    {
        var categories = ImmutableArray.CreateBuilder<CocoCategory>();
        while (NextItem(ref cursor, problems))
        {
            var seen = 0;
            var (id, name) = (0L, (string?)null);
            try
            {
                while (cursor.NextMember(CategoryMembers, out var member))
                {
                    (id, name) = member == 0 ? (cursor.NewId(ids), name) : (id, cursor.TextOrNull());
                    seen |= 1 << member;
                }

                cursor.RequireMembers(CategoryMembers, seen, 1);
                categories.Add(new(id, name ?? id.ToString(CultureInfo.InvariantCulture)));
            }
            catch (AlignException error) when (problems is not null)
            {
                LeaveOut(ref cursor, problems, "category", (seen & 1) != 0 ? id : null, error);
            }
        }

        return categories.DrainToImmutable();
    }

    /// <summary>Enters the next item that is an object.</summary>
    private static bool NextItem(ref CocoJsonCursor cursor, ImmutableArray<CocoProblem>.Builder? problems)
    {
        while (true)
        {
            try
            {
                return cursor.NextItem();
            }
            catch (AlignException error) when (problems is not null)
            {
                LeaveOut(ref cursor, problems, "record", null, error);
            }
        }
    }

    private static void LeaveOut(
        ref CocoJsonCursor cursor,
        ImmutableArray<CocoProblem>.Builder problems,
        string what,
        long? id,
        AlignException error
    )
    {
        var name = id is null ? what : string.Create(CultureInfo.InvariantCulture, $"{what} id {id}");
        problems.Add(new(id ?? -1 - problems.Count, $"{name}: {cursor.WithoutFile(error)}; it is left out"));
        cursor.SkipItem();
    }
}

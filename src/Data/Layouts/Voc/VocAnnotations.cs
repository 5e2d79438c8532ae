using System.Collections.Immutable;
using PPYolo.Data.Coco;
using PPYolo.Data.Datasets;

namespace PPYolo.Data.Layouts.Voc;

/// <summary>The annotations of a part of a Pascal VOC dataset.</summary>
internal sealed class VocAnnotations : IAnnotationSource
{
    private readonly VocPart part;
    private readonly ImmutableArray<(string Id, string File, string List, int Line)> entries;
    private readonly ImmutableArray<VocFile?> files;
    private readonly ILookup<string, string> images;
    private readonly ILookup<string, string> imagesByName;
    private readonly ClassOrder classes;
    private readonly bool difficult;

    private VocAnnotations(
        VocPart part,
        ImmutableArray<(string Id, string File, string List, int Line)> entries,
        ImmutableArray<VocFile?> files,
        ClassOrder classes,
        bool difficult
    )
    {
        List<string> there = [.. FolderContent.ImagesBelow(part.Images)];
        images = there.ToLookup(file => VocPart.IdOf(part.Images, file), StringComparer.Ordinal);
        imagesByName = there.ToLookup(Stem, StringComparer.Ordinal);
        (this.part, this.entries, this.files, this.classes, this.difficult) = (part, entries, files, classes, difficult);
    }

    /// <summary>Reads every file of a part, and of the others where the order of the classes depends on them.</summary>
    /// <param name="part">The part.</param>
    /// <param name="reading">Which file orders the classes, and whether difficult objects take part.</param>
    /// <exception cref="PPYolo.Align.AlignException">The list or the file of classes cannot be read.</exception>
    public static VocAnnotations Read(VocPart part, DatasetReading reading)
    {
        var there = VocPart.Xml(part.Annotations).ToLookup(file => VocPart.IdOf(part.Annotations, file), StringComparer.Ordinal);
        ImmutableArray<(string Id, string File, string List, int Line)> entries =
            part.Lists.Count == 0
                ? [.. there.Select(group => (group.Key, group.First(), part.Path, 0))]
                :
                [
                    .. part
                        .Lists.SelectMany(list =>
                            VocList
                                .Read(list, there.Contains)
                                .Select(entry =>
                                    (
                                        entry.Id,
                                        there[entry.Id].FirstOrDefault(Path.Combine(part.Annotations, entry.Id + ".xml")),
                                        list,
                                        entry.Line
                                    )
                                )
                        )
                        .DistinctBy(entry => entry.Id, StringComparer.Ordinal),
                ];
        ImmutableArray<VocFile?> files = [.. InParallel(entries.Select(entry => entry.File))];
        return new(part, entries, files, Classes(part, files, reading), reading.Difficult);
    }

    /// <summary>How many images it has.</summary>
    public int Count => entries.Length;

    /// <inheritdoc />
    public IEnumerable<string> Files =>
        [.. part.Lists, .. files.OfType<VocFile>().Select(file => file.Path), .. new[] { classes.File }.OfType<string>()];

    /// <summary>How its classes are ordered, and what is left out.</summary>
    public string Describe()
    {
        var left = files.Sum(file => file?.Objects.Count(one => one.IsDifficult) ?? 0);
        var note =
            left == 0 ? ""
            : difficult ? $"; {FolderContent.Count(left, "difficult object")} {(left == 1 ? "takes" : "take")} part"
            : $"; {FolderContent.Count(left, "difficult object")} left out (--difficult takes them)";
        return $"{classes}{note}";
    }

    /// <inheritdoc />
    public CocoSet Read(ProblemLog log)
    {
        ArgumentNullException.ThrowIfNull(log);
        var list = ImmutableArray.CreateBuilder<CocoImage>(entries.Length);
        var annotations = ImmutableArray.CreateBuilder<CocoAnnotation>();
        var places = new List<AnnotationPlace>();
        for (var i = 0; i < entries.Length; i++)
        {
            var (id, file) = (i + 1, files[i]);
            if (file is null)
            {
                var detail = $"line {entries[i].Line}: expected an annotation file {entries[i].File}, found none; the image is left out";
                log.Add(new(DataProblemKind.UnreadableAnnotation, entries[i].List, id, detail));
                continue;
            }

            foreach (var flaw in file.Flaws)
            {
                log.Add(
                    flaw.IsWhole
                        ? new(
                            DataProblemKind.UnreadableAnnotation,
                            file.Path,
                            id,
                            $"line {flaw.Line}: {flaw.Detail}; the image is left out"
                        )
                        : new(DataProblemKind.BadObject, file.Path, flaw.Line, $"line {flaw.Line}: {flaw.Detail}; the object is left out")
                );
            }

            if (file.Flaws.Any(flaw => flaw.IsWhole))
            {
                continue;
            }

            list.Add(new(id, ImageOf(entries[i].Id, file), file.Width, file.Height));
            foreach (var one in file.Objects.Where(one => difficult || !one.IsDifficult))
            {
                if (classes.IndexOf(one.Name) is not { } index)
                {
                    var detail = $"line {one.Line}: '{one.Name}' is no class of {classes.File}; the object is left out";
                    log.Add(new(DataProblemKind.UnknownCategory, file.Path, one.Line, detail));
                    continue;
                }

                places.Add(new(file.Path, one.Line));
                annotations.Add(new(places.Count, id, index + 1, one.Box, one.Box.Area, IsCrowd: false));
            }
        }

        return new(part.Path, list.DrainToImmutable(), classes.Categories, annotations.DrainToImmutable())
        {
            Places = id => places[(int)id - 1],
        };
    }

    /// <summary>The devkit pairs files by their ids; other programs copy files and forget the name inside.</summary>
    private string ImageOf(string id, VocFile file)
    {
        var named = Path.GetFileName(file.ImageName.Replace('\\', '/'));
        var found = images[id].ToList();
        if (found.Count == 0 && imagesByName[Stem(id + ".xml")].ToList() is [var elsewhere])
        {
            found = [elsewhere];
        }

        return (found.Find(image => Path.GetFileName(image) == named) ?? found.FirstOrDefault()) is { } image
                ? Path.GetRelativePath(part.Images, image)
            : named.Length > 0 ? named
            : id + ".jpg";
    }

    private static ClassOrder Classes(VocPart part, ImmutableArray<VocFile?> files, DatasetReading reading)
    {
        if ((reading.Names ?? ClassFile.Find(part.Root, part.Annotations)) is { } named)
        {
            return new(ClassFile.Read(named), named, $"in the order of {Path.GetFileName(named)}");
        }

        // The parts of a dataset have the same classes, whichever of them occur in each.
        var read = files.OfType<VocFile>().Select(file => file.Path).ToHashSet(StringComparer.Ordinal);
        var others = part.All.SelectMany(VocPart.Xml).Where(file => !read.Contains(file));
        var names = files.Concat(InParallel(others)).OfType<VocFile>().SelectMany(file => file.Objects).Select(one => one.Name).ToHashSet();
        return names.IsSubsetOf(VocClasses.All)
            ? new(VocClasses.All, null, "VOC's own in alphabetical order")
            : new([.. names.Order(StringComparer.Ordinal)], null, "in alphabetical order");
    }

    private static VocFile?[] InParallel(IEnumerable<string> files) =>
        [.. files.ToList().AsParallel().AsOrdered().Select(file => File.Exists(file) ? VocFile.Read(file) : null)];

    private static string Stem(string path) => Path.GetFileNameWithoutExtension(path);
}

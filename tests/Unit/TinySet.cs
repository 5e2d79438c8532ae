using System.Globalization;
using System.Text.Json;
using PPYolo.Data.Datasets;

namespace PPYolo.Tests.Unit;

/// <summary>
/// A dataset in a folder of its own that is gone after the test: some rendered scenes under other ids, and annotations as the test wants
/// them.
/// </summary>
internal sealed class TinySet : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly List<object> images = [];
    private readonly List<object> annotations = [];
    private readonly List<object> categories = [new { id = 7, name = "seventh" }, new { id = 3, name = "third" }];

    public TinySet() => folder.Folder("JPEGImages");

    public DatasetLayout Layout => new(this["train.json"], this["JPEGImages"]);

    public string this[string name] => folder.File(name);

    /// <summary>The image file of an id.</summary>
    public string ImagePath(int id) => this[Path.Combine("JPEGImages", FileName(id))];

    /// <summary>
    /// Adds an image, by default with its true size, that of the scene, and a box of the first category; every image has another box.
    /// </summary>
    public TinySet Image(int id, int? width = null, int? height = null, bool box = true, bool file = true)
    {
        var scene = Scene(id);
        if (file)
        {
            File.Copy(scene, ImagePath(id), overwrite: true);
        }

        var header = ImageHeader.Read(File.ReadAllBytes(scene), out _);
        images.Add(
            new
            {
                id,
                file_name = FileName(id),
                width = width ?? header.Width,
                height = height ?? header.Height,
            }
        );
        return box ? Box(1000 + id, id, 7, [13 * id, 10 * id, 16 + id, 24 + id]) : this;
    }

    public TinySet ImageRecord(object record)
    {
        images.Add(record);
        return this;
    }

    public TinySet Box(int id, int image, int category, double[] bbox, double? area = null, int crowd = 0)
    {
        annotations.Add(
            new
            {
                id,
                image_id = image,
                category_id = category,
                bbox,
                area = area ?? (bbox[2] * bbox[3]),
                iscrowd = crowd,
            }
        );
        return this;
    }

    public TinySet Category(int id, string name)
    {
        categories.Add(new { id, name });
        return this;
    }

    public TinySet Damage(int id, Func<byte[], byte[]> change)
    {
        File.WriteAllBytes(ImagePath(id), change(File.ReadAllBytes(ImagePath(id))));
        return this;
    }

    public DetectionDataset Open(bool strict = false, Action<DataProblem>? report = null)
    {
        Write();
        return DetectionDataset.Open(Layout, new() { Strict = strict, Report = report });
    }

    public void Write() =>
        File.WriteAllText(
            this["train.json"],
            JsonSerializer.Serialize(
                new
                {
                    images,
                    annotations,
                    categories,
                }
            )
        );

    public void Dispose() => folder.Dispose();

    /// <summary>Of some images.</summary>
    public static TinySet Of(int count)
    {
        var set = new TinySet();
        for (var id = 1; id <= count; id++)
        {
            set.Image(id);
        }

        return set;
    }

    private static string Scene(int id) =>
        Fixtures.PathOf("scenes", "images", string.Create(CultureInfo.InvariantCulture, $"train_{id:D4}.jpg"));

    private static string FileName(int id) => string.Create(CultureInfo.InvariantCulture, $"{id:D6}.jpg");
}

using System.Text;
using System.Text.Json;

namespace PPYolo.MakeScenes;

/// <summary>Writes the annotations of scenes, one record a line.</summary>
internal static class CocoFile
{
    public static string Of(IReadOnlyList<Scene> scenes)
    {
        var text = new StringBuilder("{\n\"images\": [\n");
        Lines(
            text,
            scenes.Select(
                (scene, index) =>
                    new
                    {
                        id = index + 1,
                        file_name = scene.FileName,
                        width = scene.Canvas.Width,
                        height = scene.Canvas.Height,
                    }
            )
        );
        text.Append("],\n\"annotations\": [\n");
        Lines(
            text,
            scenes
                .SelectMany((scene, index) => scene.Objects.Select(one => (Image: index + 1, one.Class, one.Place)))
                .Select(
                    (one, index) =>
                        new
                        {
                            id = index + 1,
                            image_id = one.Image,
                            category_id = one.Class + 1,
                            bbox = new[]
                            {
                                one.Place.Left,
                                one.Place.Top,
                                one.Place.Right - one.Place.Left + 1,
                                one.Place.Bottom - one.Place.Top + 1,
                            },
                            area = one.Place.Count,
                            iscrowd = 0,
                        }
                )
        );
        text.Append("],\n\"categories\": [\n");
        Lines(text, Designs.All.Select((design, index) => new { id = index + 1, name = design.Name }));
        return text.Append("]\n}\n").ToString();
    }

    private static void Lines<T>(StringBuilder text, IEnumerable<T> records) =>
        text.AppendJoin(",\n", records.Select(record => JsonSerializer.Serialize(record))).Append('\n');
}

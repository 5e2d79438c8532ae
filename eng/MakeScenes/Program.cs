using PPYolo.MakeScenes;

if (args is not [var output])
{
    Console.Error.WriteLine("usage: make-scenes <output folder>");
    return 2;
}

var images = Directory.CreateDirectory(Path.Combine(output, "images")).FullName;
var annotations = Directory.CreateDirectory(Path.Combine(output, "annotations")).FullName;
long size = 0;
foreach (var (split, count) in new[] { ("train", 200), ("val", 50) })
{
    var deck = new Deck(split);
    var scenes = Enumerable.Range(1, count).Select(number => Scene.Paint(split, number, deck.Next)).ToList();
    foreach (var scene in scenes)
    {
        var jpeg = scene.ToJpeg();
        File.WriteAllBytes(Path.Combine(images, scene.FileName), jpeg);
        size += jpeg.Length;
    }

    File.WriteAllText(Path.Combine(annotations, split + ".json"), CocoFile.Of(scenes));
    Console.WriteLine($"{split}: {scenes.Count} images, {scenes.Sum(scene => scene.Objects.Count)} objects");
}

Console.WriteLine($"{size / 1024} KiB of JPEG");
return 0;

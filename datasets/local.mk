# datasets
